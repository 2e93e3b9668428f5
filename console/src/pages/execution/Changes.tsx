/** What changed between a state's input and its output. */
import { useQuery } from "@tanstack/react-query";
import { useOverview } from "../../api/use";
import { Empty } from "../../parts/Empty";
import { Problem } from "../../parts/Problem";
import { type Change, differenceOf } from "../../model/difference";
import { bytesText } from "../../model/sizes";
import type { Visit } from "../../model/visits";
import { wholeOf } from "./wholeOf";
import styles from "./Changes.module.css";

export function Changes({ execution, visit }: { execution: string; visit: Visit }) {
  const { input, output } = visit;
  const limit = useOverview().data?.limits.payloadBytes ?? null;
  const both = useQuery({
    queryKey: ["changes", execution, visit.id, visit.exitEventId],
    queryFn: async () => {
      if (input === null || output === null) return null;
      const [before, after] = await Promise.all([wholeOf(execution, input), wholeOf(execution, output)]);
      return differenceOf(before, after);
    },
    staleTime: Infinity,
  });
  if (input === null || output === null) return <Empty title="It has no output yet to be compared." />;
  if (both.data == null) return <Problem problem={both.error} />;
  const { changes, more, bytesBefore, bytesAfter } = both.data;
  return (
    <div className={styles.changes}>
      <Sizes before={bytesBefore} after={bytesAfter} limit={limit} />
      {changes.length === 0 ? (
        <Empty title="The output is the input." />
      ) : (
        <ul className={styles.list}>
          {changes.map((change) => (
            <li key={`${change.kind} ${change.path}`} data-kind={change.kind}>
              <code className={styles.path}>{change.path}</code>
              <Values change={change} />
            </li>
          ))}
        </ul>
      )}
      {more > 0 && <p className="faint">and {more.toLocaleString()} more</p>}
    </div>
  );
}

function Values({ change: { before, after } }: { change: Change }) {
  return (
    <>
      {before !== null && (
        <del className={styles.value}>
          <span aria-hidden="true">− </span>
          {before}
        </del>
      )}
      {after !== null && (
        <ins className={styles.value}>
          <span aria-hidden="true">+ </span>
          {after}
        </ins>
      )}
    </>
  );
}

function Sizes({ before, after, limit }: { before: number; after: number; limit: number | null }) {
  const share = limit === null ? null : (after / limit) * 100;
  return (
    <p className={styles.sizes}>
      {bytesText(before)} → {bytesText(after)}
      {share !== null && limit !== null && (
        <>
          {" "}
          · {share < 0.1 ? "under 0.1" : share.toFixed(1)} % of the {bytesText(limit)} allowed
          <meter min={0} max={100} high={80} value={share} aria-label="Share of the limit" />
        </>
      )}
    </p>
  );
}
