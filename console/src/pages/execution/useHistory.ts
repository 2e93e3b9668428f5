/** An execution as it goes on: its row and its history, folded as the events come. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { followExecution } from "../../api/live";
import type { ExecutionRow } from "../../api/reads";
import type { Refused } from "../../api/send";
import { useSession } from "../../api/session";
import { History } from "../../model/history";

export interface Followed {
  row: ExecutionRow | null;
  /** The same object all along; it has changed when its `version` has. */
  history: History;
  version: number;
  /** All that was there at first has come. */
  ready: boolean;
  connected: boolean;
  /** Why there is nothing to see: it does not exist, or one may not look. */
  refusal: Refused | null;
}

export function useHistory(arn: string): Followed {
  const { key } = useSession();
  const queries = useQueryClient();
  const [followed, setFollowed] = useState<Followed>(() => nothingYet());

  useEffect(() => {
    const history = new History();
    let row: ExecutionRow | null = null;
    let ready = false;
    let connected = true;
    let refusal: Refused | null = null;
    let drawing = 0;
    // Events come in many batches; what they changed is drawn once a frame.
    const draw = (): void => {
      drawing ||= requestAnimationFrame(() => {
        drawing = 0;
        setFollowed({ row, history, version: history.version, ready, connected, refusal });
      });
    };
    const stop = followExecution(arn, {
      row: (told) => {
        if (row !== null && row.status !== told.status) void queries.invalidateQueries({ queryKey: ["overview"] });
        row = told;
        draw();
      },
      events: (events) => {
        history.take(events);
        if (ready) draw();
      },
      ready: () => {
        ready = true;
        performance.mark("history"); // for who measures: all is read and folded, and not drawn yet
        draw();
      },
      connected: (yes) => {
        connected = yes;
        draw();
      },
      refused: (problem) => {
        refusal = problem;
        draw();
      },
    });
    return () => {
      cancelAnimationFrame(drawing);
      stop();
    };
  }, [arn, key, queries]);

  return followed;
}

function nothingYet(): Followed {
  return { row: null, history: new History(), version: 0, ready: false, connected: true, refusal: null };
}
