/** How an alias divides what it starts, as a bar and in figures. */
import type { RoutingEntry } from "../../api/operations";
import { versionOf } from "../../model/routing";
import styles from "./Routing.module.css";

export function Routing({ routing }: { routing: readonly RoutingEntry[] }) {
  return (
    <div className={styles.routing}>
      <div className={styles.bar} aria-hidden="true">
        {routing.map(({ stateMachineVersionArn, weight }) => (
          <span key={stateMachineVersionArn} style={{ flexGrow: weight }} />
        ))}
      </div>
      <p className={styles.words}>
        {routing.map(({ stateMachineVersionArn, weight }) => (
          <span key={stateMachineVersionArn}>
            Version {versionOf(stateMachineVersionArn)} <b>{weight} %</b>
          </span>
        ))}
      </p>
    </div>
  );
}
