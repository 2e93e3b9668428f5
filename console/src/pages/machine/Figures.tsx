/** The figures of one machine over the last hour. */
import type { ReactNode } from "react";
import type { MachineFigures } from "../../api/reads";
import { countText, shareText, totalsOf, usualDuration } from "../../model/series";
import { durationText } from "../../model/times";
import { Sparkline } from "../../parts/Sparkline";
import { Tile } from "../../parts/Tile";
import styles from "../../parts/Tile.module.css";

/** `beside`: what the first tile says besides. */
export function Figures({ machine: { hour, running }, beside }: { machine: MachineFigures; beside: ReactNode }) {
  const { started, failed, failedShare } = totalsOf(hour);
  const usual = usualDuration(hour);
  const most = Math.max(...hour.started);
  return (
    <div className={styles.tiles}>
      <Tile name="Running now" value={countText(running)} tone={running > 0 ? "running" : null}>
        {beside}
      </Tile>
      <Tile name="Started, last hour" value={countText(started)}>
        <Sparkline values={hour.started} label={`${started} started`} />
      </Tile>
      <Tile
        name="Failed, last hour"
        value={countText(failed)}
        tone={failed > 0 ? "failed" : null}
        beside={failedShare !== null && failed > 0 ? `${shareText(failedShare)} of what ended` : null}
      >
        <Sparkline
          values={hour.failed}
          colour="failed"
          label={`${failed} failed`}
          most={Math.max(most, ...hour.failed)}
        />
      </Tile>
      <Tile name="Usually takes" value={usual === null ? "–" : durationText(usual)}>
        <Sparkline values={hour.p50} kind="line" colour="ink" label="Medians of durations over the last hour" />
      </Tile>
    </div>
  );
}
