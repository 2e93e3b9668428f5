/** All executions of the chosen regions, as the filters in the address have them. */
import { Link } from "wouter";
import { regionOf } from "../api/aws";
import { useExecutionList } from "../api/executions";
import { useSession } from "../api/session";
import { useOverview } from "../api/use";
import { filtersAnything } from "../model/filters";
import { ExecutionsTable } from "../parts/ExecutionsTable";
import { Filters, useAsked, useFilters } from "../parts/Filters";
import { Live } from "../parts/Live";
import { NoExecutions } from "../parts/NoExecutions";
import { Page } from "../parts/Page";

export default function Executions() {
  const [filters, change] = useFilters();
  const { region } = useSession();
  const { data } = useOverview();
  const asked = useAsked(filters, region === "all" ? {} : { region });
  const executions = useExecutionList(asked);
  const machines = (data?.machines ?? []).filter(
    ({ stateMachineArn }) => region === "all" || regionOf(stateMachineArn) === region,
  );
  return (
    <Page title="Executions" beside={<Live connected={executions.connected} />}>
      <Filters filters={filters} onChange={change} machines={machines} />
      <ExecutionsTable
        key={JSON.stringify(asked)}
        executions={executions}
        name={filters.name}
        text={filters.text}
        machines
        regions={region === "all" && (data?.regions.length ?? 0) > 1}
        empty={
          <NoExecutions filtered={filtersAnything(filters)}>
            <p>
              What is started appears here as it happens. <Link href="/machines">Choose a state machine</Link> to start
              one.
            </p>
          </NoExecutions>
        }
      />
    </Page>
  );
}
