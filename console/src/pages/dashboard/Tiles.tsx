/** The few figures that say how things are. */
import type { ActivityFigures, MachineFigures, Overview } from "../../api/reads";
import { writeFilters } from "../../model/filters";
import { added, countText, shareText, type Span, sum, totalsOf } from "../../model/series";
import { Ago } from "../../parts/Ago";
import { Sparkline } from "../../parts/Sparkline";
import { Tile } from "../../parts/Tile";
import { waitingPath } from "../../parts/paths";
import styles from "../../parts/Tile.module.css";

export interface TilesProps {
  machines: MachineFigures[];
  activities: ActivityFigures[];
  waiting: Overview["waiting"];
  span: Span;
}

export function Tiles({ machines, activities, waiting, span }: TilesProps) {
  const all = added(machines.map((machine) => machine[span]));
  if (all === null) return null;
  const { started, failed, failedShare } = totalsOf(all);
  const running = sum(machines.map((machine) => machine.running));
  const queued = sum(activities.map((activity) => activity.queued));
  const oldest = Math.min(...activities.map((activity) => activity.oldest ?? Infinity));
  const minutes = (all.seconds * all.started.length) / 60;
  return (
    <div className={styles.tiles}>
      <Tile
        name="Running now"
        value={countText(running)}
        tone={running > 0 ? "running" : null}
        beside={`in ${machines.length === 1 ? "one state machine" : `${machines.length} state machines`}`}
        href={`/executions?${writeFilters({ status: "RUNNING" })}`}
      />
      <Tile
        name={`Started, last ${span}`}
        value={countText(started)}
        beside={started === 0 ? null : `${rateText(started / minutes)} a minute`}
        href={`/executions?${writeFilters({ within: span })}`}
      >
        <Sparkline values={all.started} label={`${started} started in the last ${span}`} />
      </Tile>
      <Tile
        name={`Failed, last ${span}`}
        value={countText(failed)}
        tone={failed > 0 ? "failed" : null}
        beside={failedShare === null ? "nothing ended" : `${shareText(failedShare)} of what ended`}
        href={`/executions?${writeFilters({ status: "FAILED", within: span })}`}
      >
        <Sparkline values={all.failed} colour="failed" label={`${failed} failed in the last ${span}`} />
      </Tile>
      <Tile
        name="Wait for an answer"
        value={countText(waiting.count)}
        tone={waiting.count > 0 ? "waiting" : null}
        beside={
          waiting.oldest !== null && (
            <>
              first <Ago at={waiting.oldest} />
            </>
          )
        }
        href={waitingPath()}
      />
      <Tile
        name="Queued for workers"
        value={countText(queued)}
        tone={queued > 0 ? "waiting" : null}
        beside={
          oldest < Infinity && (
            <>
              first <Ago at={oldest} />
            </>
          )
        }
      />
    </div>
  );
}

function rateText(perMinute: number): string {
  return perMinute < 0.1
    ? "< 0.1"
    : perMinute < 10
      ? perMinute.toFixed(1).replace(/\.0$/, "")
      : countText(Math.round(perMinute));
}
