/** What a machine has besides its definition; for a new one also what to begin with. */
import type { MachineType } from "../../api/operations";
import type { Draft } from "./draft";
import { SAMPLES, textOf } from "./samples";
import styles from "./Editor.module.css";

export interface ParticularsProps {
  isNew: boolean;
  draft: Draft;
  region: string;
  /** The role where none is given. */
  anyRole: string;
  onChange: (part: Partial<Draft>) => void;
}

export function Particulars({ isNew, draft, region, anyRole, onChange }: ParticularsProps) {
  return (
    <div className={styles.particulars}>
      {isNew && (
        <>
          <label>
            Name
            <input
              value={draft.name}
              maxLength={80}
              required
              placeholder="order"
              onChange={({ target }) => onChange({ name: target.value })}
            />
          </label>
          <label>
            Type
            <select value={draft.type} onChange={({ target }) => onChange({ type: target.value as MachineType })}>
              <option value="STANDARD">Standard</option>
              <option value="EXPRESS">Express</option>
            </select>
          </label>
        </>
      )}
      <label>
        Role
        <input
          value={draft.roleArn}
          placeholder={anyRole}
          spellCheck={false}
          onChange={({ target }) => onChange({ roleArn: target.value })}
        />
      </label>
      {isNew && (
        <label>
          Begin with
          <select
            value=""
            onChange={({ target }) => {
              const sample = SAMPLES.find(({ name }) => name === target.value);
              if (sample === undefined) return;
              const named = draft.name === "" || SAMPLES.some(({ name }) => name === draft.name);
              onChange({ definition: textOf(sample), ...(named && { name: sample.name }) });
            }}
          >
            <option value="" disabled>
              A sample …
            </option>
            {SAMPLES.map(({ name, says }) => (
              <option key={name} value={name}>
                {name}: {says}
              </option>
            ))}
          </select>
        </label>
      )}
      {isNew && <p className="faint">It comes to be in {region}.</p>}
    </div>
  );
}
