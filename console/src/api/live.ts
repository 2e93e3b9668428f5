/** What happens, as it happens: streams that connect again by themselves, and rest while nobody looks. */
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { HistoryEvent } from "./operations";
import { type ExecutionRow, READ, signingRegion } from "./reads";
import { Refused, send } from "./send";

export interface Told {
  event: string;
  data: unknown;
}

export interface Listener {
  /** What to ask for, at each connection anew: a stream goes on where it was left. */
  query: () => Record<string, string>;
  hear: (told: Told) => void;
  /** Whether the server is connected. */
  connected: (yes: boolean) => void;
  /** The server will not tell; it is not asked again. */
  refused: (problem: Refused) => void;
}

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 4_000;
const UNSEEN = 10_000; // a page in the background lets go: browsers allow six connections for all pages together

/** Listen until `stop` is called. */
export function listen(listener: Listener): () => void {
  let stopped = false;
  let connection: AbortController | null = null;
  let wake: () => void = () => {};
  let hiding: ReturnType<typeof setTimeout> | undefined;

  const visibility = (): void => {
    clearTimeout(hiding);
    if (document.visibilityState === "hidden") hiding = setTimeout(() => connection?.abort(), UNSEEN);
    else wake();
  };

  async function run(): Promise<void> {
    let pause = FIRST_PAUSE;
    while (!stopped) {
      if (document.visibilityState === "hidden") await woken();
      if (stopped) return;
      connection = new AbortController();
      try {
        await hearOut(listener, connection.signal, () => (pause = FIRST_PAUSE));
      } catch (problem) {
        if (problem instanceof Refused && problem.status < 500 && problem.status !== 429) {
          listener.refused(problem);
          return;
        }
      }
      listener.connected(false);
      if (stopped) return;
      await Promise.race([woken(), new Promise((resolve) => setTimeout(resolve, pause))]);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  const woken = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  document.addEventListener("visibilitychange", visibility);
  void run();
  return () => {
    stopped = true;
    clearTimeout(hiding);
    document.removeEventListener("visibilitychange", visibility);
    connection?.abort();
    wake();
  };
}

async function hearOut(listener: Listener, signal: AbortSignal, open: () => void): Promise<void> {
  const response = await send({
    method: "GET",
    path: "/console/live",
    query: listener.query(),
    headers: READ,
    region: signingRegion(),
    signal,
  });
  open();
  listener.connected(true);
  if (response.body === null) return;
  const reader = response.body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array<ArrayBuffer>>)
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    listener.hear({ event: value.event ?? "message", data: JSON.parse(value.data) });
  }
}

export interface ExecutionListener {
  row: (row: ExecutionRow) => void;
  events: (events: HistoryEvent[]) => void;
  /** Everything that was there has been heard. */
  ready: () => void;
  connected: (yes: boolean) => void;
  refused: (problem: Refused) => void;
}

/** Hear an execution's events from the first one on, each once. */
export function followExecution(arn: string, listener: ExecutionListener): () => void {
  let last = 0;
  return listen({
    query: () => ({ execution: arn, after: String(last) }),
    connected: listener.connected,
    refused: listener.refused,
    hear: ({ event, data }) => {
      if (event === "execution") listener.row(data as ExecutionRow);
      else if (event === "ready") listener.ready();
      else if (event === "events") {
        const fresh = (data as { events: HistoryEvent[] }).events.filter(({ id }) => id > last);
        last = fresh.at(-1)?.id ?? last;
        if (fresh.length > 0) listener.events(fresh);
      }
    },
  });
}

/** Hear which executions changed; null for "more than can be told". */
export function followChanges(
  changed: (rows: ExecutionRow[] | null) => void,
  connected: (yes: boolean) => void,
): () => void {
  return listen({
    query: () => ({}),
    connected,
    refused: () => connected(false), // lists say why themselves
    hear: ({ event, data }) => {
      if (event !== "changed") return;
      const { executions, more } = data as { executions: ExecutionRow[]; more: boolean };
      changed(more ? null : executions);
    },
  });
}
