/** One execution: its graph, timeline, events and items, live, and what one picks of them beside it. */
import { useMemo } from "react";
import { useLocation } from "wouter";
import { nameOf, regionOf } from "../../api/aws";
import { useCall, useOverview } from "../../api/use";
import { Ago } from "../../parts/Ago";
import { Arn } from "../../parts/Arn";
import { Duration } from "../../parts/Duration";
import { Live } from "../../parts/Live";
import { Page } from "../../parts/Page";
import { type ExecutionTab, executionPath, machinePath } from "../../parts/paths";
import { Problem } from "../../parts/Problem";
import { StatusBadge } from "../../parts/StatusBadge";
import { Tabs } from "../../parts/Tabs";
import { useNow } from "../../parts/useNow";
import { definitionOf } from "../../model/definition";
import { Acts } from "./Acts";
import { EventPanel } from "./EventPanel";
import { EventsTable } from "./EventsTable";
import { ExecutionGraph } from "./ExecutionGraph";
import { Items } from "./Items";
import { StatePanel } from "./StatePanel";
import { Summary } from "./Summary";
import { Timeline } from "./Timeline";
import { useHistory } from "./useHistory";
import styles from "./Execution.module.css";

const TABS: { tab: ExecutionTab; name: string }[] = [
  { tab: "graph", name: "Graph" },
  { tab: "timeline", name: "Timeline" },
  { tab: "events", name: "Events" },
  { tab: "items", name: "Map items" },
];

export interface ExecutionProps {
  arn: string;
  tab: string | undefined;
  event: string | undefined;
}

export default function Execution({ arn, tab = "graph", event }: ExecutionProps) {
  const [, go] = useLocation();
  const { row, history, version, ready, connected, refusal } = useHistory(arn);
  const machine = useCall("DescribeStateMachineForExecution", { executionArn: arn }, regionOf(arn));
  const definition = useMemo(
    () => (machine.data === undefined ? null : definitionOf(machine.data.definition)),
    [machine.data],
  );
  const running = history.outcome.status === "RUNNING";
  const now = useNow((time) => (running ? time : 0)); // it stands still when nothing goes on
  const limit = useOverview().data?.limits.historyEvents ?? null;

  const here = TABS.find((one) => one.tab === tab)?.tab ?? "graph";
  const number = event === undefined ? null : Number(event);
  const visit = number === null ? null : history.visitOfEvent(number);
  const select = (id: number | null): void => go(executionPath(arn, here, id ?? undefined), { replace: true });
  const { startedAt, endedAt } = history.outcome;
  const hasMap = history.visits.some(({ type }) => type === "Map");

  if (refusal !== null) {
    return (
      <Page title={nameOf(arn)} crumbs={[{ name: "Executions", href: "/executions" }]}>
        <Problem problem={refusal} />
      </Page>
    );
  }
  return (
    <Page
      title={nameOf(arn)}
      crumbs={[
        { name: "State machines", href: "/machines" },
        ...(row === null ? [] : [{ name: nameOf(row.stateMachineArn), href: machinePath(row.stateMachineArn) }]),
      ]}
      beside={row !== null && <StatusBadge status={row.status} aside={row.aside} />}
      actions={row !== null && <Acts row={row} />}
    >
      <p className={styles.facts}>
        <Arn arn={arn} />
        {startedAt !== null && (
          <>
            <span>
              started <Ago at={startedAt} />
            </span>
            <span>
              {running ? "for" : "took"} <Duration from={startedAt} to={endedAt ?? undefined} />
            </span>
          </>
        )}
        <span>
          {history.events.length.toLocaleString()}
          {limit === null ? "" : ` of ${limit.toLocaleString()}`} events
        </span>
        {history.outcome.redrives.length > 0 && <span>redriven {history.outcome.redrives.length}×</span>}
        <Live connected={connected} />
      </p>
      <Tabs
        label="Ways to look at it"
        tabs={TABS.filter((one) => one.tab !== "items" || hasMap || here === "items").map((one) => ({
          name: one.name,
          href: executionPath(arn, one.tab, number ?? undefined),
          here: one.tab === here,
        }))}
      />
      <Problem problem={machine.error} />
      <div className={styles.columns}>
        <div className={styles.view}>
          {here === "graph" && definition !== null && (
            <ExecutionGraph
              definition={definition}
              history={history}
              version={version}
              selected={visit}
              onSelect={select}
            />
          )}
          {here === "timeline" && (
            <Timeline history={history} version={version} now={now} selected={visit} onSelect={select} />
          )}
          {here === "events" && <EventsTable history={history} version={version} selected={number} onSelect={select} />}
          {here === "items" && <Items history={history} version={version} selected={visit} onSelect={select} />}
        </div>
        <aside className={styles.panel} aria-label="What is picked">
          {here === "events" && number !== null ? (
            <EventPanel execution={arn} history={history} event={number} />
          ) : visit !== null ? (
            <StatePanel execution={arn} history={history} visit={visit} now={now} onSelect={select} />
          ) : (
            ready && <Summary execution={arn} history={history} onSelect={select} />
          )}
        </aside>
      </div>
    </Page>
  );
}
