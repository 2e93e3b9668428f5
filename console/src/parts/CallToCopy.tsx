/** The same act from elsewhere: the call of the AWS CLI and of boto3, to copy. */
import { useMemo, useState } from "react";
import { boto3Call, type Call, cliCall } from "../model/calls";
import { Copy } from "./Copy";
import styles from "./CallToCopy.module.css";

const WAYS = [
  { name: "AWS CLI", write: cliCall },
  { name: "boto3", write: boto3Call },
] as const;

export type CallToCopyProps = Omit<Call, "endpoint">;

export function CallToCopy({ operation, input, region }: CallToCopyProps) {
  const [chosen, choose] = useState(0);
  const way = WAYS[chosen] ?? WAYS[0];
  const text = useMemo(
    () => way.write({ operation, input, region, endpoint: location.origin }),
    [way, operation, input, region],
  );
  return (
    <details className={styles.call}>
      <summary>The same from elsewhere: AWS CLI, boto3</summary>
      <div className={styles.ways}>
        {WAYS.map(({ name }, number) => (
          <button
            key={name}
            type="button"
            className="quiet"
            aria-pressed={number === chosen}
            onClick={() => choose(number)}
          >
            {name}
          </button>
        ))}
        <Copy text={text} label={`Copy the call with ${way.name}`} />
      </div>
      <pre tabIndex={0} aria-label={`Call with ${way.name}`}>
        {text}
      </pre>
    </details>
  );
}
