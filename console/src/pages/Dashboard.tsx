/** What the server does at a glance: what it did lately, what waits for whom, what looks stuck. */
import { lazy, Suspense, useMemo } from "react";
import { useSession } from "../api/session";
import { useChanges, useOverview } from "../api/use";
import { isIn } from "../model/machines";
import { Live } from "../parts/Live";
import { Page } from "../parts/Page";
import { Problem } from "../parts/Problem";
import { SpanChoice, useSpan } from "../parts/SpanChoice";
import { Charts } from "./dashboard/Charts";
import { FailMost } from "./dashboard/FailMost";
import { Longest } from "./dashboard/Longest";
import { Queues } from "./dashboard/Queues";
import { StuckList } from "./dashboard/StuckList";
import { Tiles } from "./dashboard/Tiles";
import styles from "./dashboard/Dashboard.module.css";

const First = lazy(() => import("./dashboard/First")); // it has a graph, which the figures do without

export default function Dashboard() {
  const connected = useChanges();
  const { data, error } = useOverview();
  const { region } = useSession();
  const [span] = useSpan();
  const machines = useMemo(
    () => (data?.machines ?? []).filter(({ stateMachineArn }) => isIn(stateMachineArn, region)),
    [data, region],
  );
  const live = <Live connected={connected} />;
  if (data?.machines.length === 0)
    return (
      <Page title="Welcome" beside={live}>
        <Suspense fallback={null}>
          <First />
        </Suspense>
      </Page>
    );
  const activities = (data?.activities ?? []).filter(({ activityArn }) => isIn(activityArn, region));
  const stuck = (data?.stuck ?? []).filter(({ executionArn, activityArn }) =>
    isIn(executionArn ?? activityArn ?? "", region),
  );
  return (
    <Page title="Overview" beside={live} actions={<SpanChoice />}>
      <Problem problem={error} />
      {data !== undefined && (
        <>
          <Tiles machines={machines} activities={activities} waiting={data.waiting} span={span} />
          <StuckList stuck={stuck} />
          <Charts machines={machines} span={span} />
          <div className={styles.columns}>
            <FailMost machines={machines} span={span} />
            <Longest count={data.waiting.count} />
            <Queues activities={activities} />
          </div>
        </>
      )}
    </Page>
  );
}
