/** Where one machine is written: its text beside its graph, its problems below, and what can be done with it. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { useLocation } from "wouter";
import { read } from "../../api/reads";
import { useAccount } from "../../api/use";
import { exampleOf } from "../../model/inputs";
import { Graph } from "../../parts/Graph";
import { Icon } from "../../parts/Icon";
import { Page } from "../../parts/Page";
import { machinePath } from "../../parts/paths";
import { StartDialog } from "../../parts/StartDialog";
import { DefinitionEditor, useDefinitionView } from "./DefinitionEditor";
import type { Draft } from "./draft";
import { Kept } from "./Kept";
import { nextPicture, type Picture } from "./picture";
import { ProblemList } from "./ProblemList";
import { Particulars } from "./Particulars";
import { SaveDialog } from "./SaveDialog";
import { TestDialog } from "./TestDialog";
import { useDraft } from "./useDraft";
import { type Trouble, useLate, useProblems } from "./useProblems";
import styles from "./Editor.module.css";

export interface DeskProps {
  /** null: of a machine that is yet to be created. */
  arn: string | null;
  region: string;
  saved: Draft;
}

type Doing = { what: "save" | "start" } | { what: "test"; name: string; input: string } | null;

/** A role is asked for by the API, and nobody takes it on. */

export function Desk({ arn, region, saved }: DeskProps) {
  const kept = useDraft(arn, saved);
  const { draft, change, changed } = kept;
  const problems = useProblems(draft.definition, draft.type, region);
  const picture = usePicture(draft.definition);
  const [selected, select] = useState<string | null>(null);
  const [doing, setDoing] = useState<Doing>(null);
  const [shown, setShown] = useState<"text" | "graph">("text");
  const [, go] = useLocation();
  const language = useQuery({ queryKey: ["language"], queryFn: () => read("language", {}), staleTime: Infinity });
  const view = useDefinitionView();
  const anyRole = `arn:aws:iam::${useAccount()}:role/any`;
  const chosen = picture.definition.byPointer.get(selected ?? "");

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "s" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    if (doing === null && changed) setDoing({ what: "save" });
  };
  const choose = (pointer: string | null): void => {
    select(pointer);
    if (pointer !== null) view.showPointer(pointer);
  };
  const goTo = (trouble: Trouble): void => {
    setShown("text");
    view.showRange(trouble);
  };
  const test = (name: string, input: string): void => setDoing({ what: "test", name, input });
  const tested = doing?.what === "test" ? picture.definition.byName.get(doing.name) : undefined;

  return (
    <div onKeyDown={onKeyDown}>
      <Page
        title={arn === null ? "New state machine" : `Edit ${saved.name}`}
        crumbs={[
          { name: "State machines", href: "/machines" },
          ...(arn === null ? [] : [{ name: saved.name, href: machinePath(arn) }]),
        ]}
        beside={changed && <span className="faint">Not saved yet</span>}
        actions={
          <>
            {arn !== null && (
              <button
                type="button"
                disabled={changed}
                title={changed ? "Save it first" : ""}
                onClick={() => setDoing({ what: "start" })}
              >
                <Icon name="play" />
                Start
              </button>
            )}
            <button
              type="button"
              className="primary"
              disabled={!changed && arn !== null}
              title="Ctrl or ⌘ with S"
              onClick={() => setDoing({ what: "save" })}
            >
              {arn === null ? "Create …" : "Save …"}
            </button>
          </>
        }
      >
        <Kept kept={kept} />
        <Particulars isNew={arn === null} draft={draft} region={region} anyRole={anyRole} onChange={change} />
        <div className={styles.switch} role="group" aria-label="What is shown">
          <button type="button" aria-pressed={shown === "text"} onClick={() => setShown("text")}>
            Definition
          </button>
          <button type="button" aria-pressed={shown === "graph"} onClick={() => setShown("graph")}>
            Graph
          </button>
        </div>
        <div className={styles.desk} data-shown={shown}>
          <div className={styles.text}>
            <DefinitionEditor
              value={draft.definition}
              onChange={(definition) => change({ definition })}
              told={language.data}
              troubles={problems}
              onState={select}
              view={view}
            />
            <ProblemList problems={problems} onGo={goTo} />
          </div>
          <div className={styles.side}>
            <div className={styles.graph}>
              <Graph graph={picture.graph} selected={selected} onSelect={choose} />
              {picture.old && <p className={styles.old}>As it was before the last mistake</p>}
            </div>
            <div className={styles.chosen}>
              {chosen === undefined ? (
                <span className="faint">Choose a state to try it by itself.</span>
              ) : (
                <>
                  <span className={styles.chosenName}>{chosen.name}</span>
                  <button type="button" onClick={() => test(chosen.name, exampleOf(picture.definition))}>
                    <Icon name="play" />
                    Test this state
                  </button>
                </>
              )}
            </div>
          </div>
        </div>
      </Page>
      {doing?.what === "save" && (
        <SaveDialog
          arn={arn}
          saved={saved}
          draft={{ ...draft, roleArn: draft.roleArn === "" ? anyRole : draft.roleArn }}
          region={region}
          reason={reasonNotToSave(draft, problems.troubles)}
          onDone={(stored) => {
            setDoing(null);
            kept.settle();
            if (arn !== null) return;
            kept.discard(); // the next new one begins anew
            go(machinePath(stored));
          }}
          onClose={() => setDoing(null)}
        />
      )}
      {doing?.what === "start" && arn !== null && <StartDialog arn={arn} onClose={() => setDoing(null)} />}
      {doing?.what === "test" && tested !== undefined && (
        <TestDialog
          key={`${doing.name} ${doing.input}`}
          definition={draft.definition}
          state={tested}
          roleArn={draft.roleArn}
          region={region}
          input={doing.input}
          onNext={(name, input) => {
            choose(picture.definition.byName.get(name)?.pointer ?? null);
            test(name, input);
          }}
          onClose={() => setDoing(null)}
        />
      )}
    </div>
  );
}

/** The graph a moment after the last key: laying it out is the dearest thing here. */
function usePicture(text: string): Picture {
  const late = useLate(text, 150);
  const [known, setKnown] = useState(() => ({ text: late, picture: nextPicture(null, late) }));
  if (known.text === late) return known.picture;
  const picture = nextPicture(known.picture, late);
  setKnown({ text: late, picture });
  return picture;
}

function reasonNotToSave({ name }: Draft, troubles: readonly Trouble[]): string | null {
  if (name === "") return "It needs a name.";
  const errors = troubles.filter(({ severity }) => severity === "error").length;
  if (errors > 0)
    return errors === 1 ? "There is an error in the definition." : `There are ${errors} errors in the definition.`;
  return null;
}
