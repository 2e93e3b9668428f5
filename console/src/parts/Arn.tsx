/** An ARN by its short name, to be copied whole. */
import { nameOf } from "../api/aws";
import { Copy } from "./Copy";
import styles from "./Arn.module.css";

/** `name`: what to show instead of the last part. */
export function Arn({ arn, name = nameOf(arn) }: { arn: string; name?: string }) {
  return (
    <span className={styles.arn}>
      <code title={arn}>{name}</code>
      <Copy text={arn} label="Copy the ARN" />
    </span>
  );
}
