/** What a machine did lately, and its executions as the filters in the address have them. */
import { Link } from "wouter";
import { useExecutionList } from "../../api/executions";
import type { MachineFigures } from "../../api/reads";
import { filtersAnything } from "../../model/filters";
import { ExecutionsTable } from "../../parts/ExecutionsTable";
import { Filters, useAsked, useFilters } from "../../parts/Filters";
import { Live } from "../../parts/Live";
import { NoExecutions } from "../../parts/NoExecutions";
import { machinePath } from "../../parts/paths";
import { Figures } from "./Figures";
import styles from "./MachineExecutions.module.css";

export function MachineExecutions({ arn, figures }: { arn: string; figures: MachineFigures | undefined }) {
  const [filters, change] = useFilters();
  const asked = useAsked(filters, { stateMachineArn: arn });
  const executions = useExecutionList(asked);
  return (
    <div className={styles.executions}>
      {figures !== undefined && <Figures machine={figures} beside={<Live connected={executions.connected} />} />}
      <Filters filters={filters} onChange={change} />
      <ExecutionsTable
        key={JSON.stringify(asked)}
        executions={executions}
        name={filters.name}
        text={filters.text}
        empty={
          <NoExecutions filtered={filtersAnything(filters)}>
            <p>
              <Link href={machinePath(arn, "start")}>Start the first one</Link>, and see it run.
            </p>
          </NoExecutions>
        }
      />
    </div>
  );
}
