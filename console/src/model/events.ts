/** AWS's HistoryEvent as it comes over the wire, and how its details and payloads are read. */

export interface HistoryEvent {
  id: number;
  previousEventId: number;
  /** Seconds since the epoch. */
  timestamp: number;
  type: string;
  [details: string]: unknown;
}

/** A text that an event carries: JSON for people's data, maybe only its beginning. */
export interface Payload {
  text: string;
  /** Whether `text` is only the beginning; the whole is in the event. */
  truncated: boolean;
  /** UTF-8 bytes of the whole; null where the server did not say (sizes.ts counts then). */
  bytes: number | null;
  /** The event that has the whole, and in which member of its details. */
  eventId: number;
  member: string;
}

export type Details = Readonly<Record<string, unknown>>;

const NONE: Details = {};

/** The one member with the details, whatever its name; empty where there is none. */
export function detailsOf(event: HistoryEvent): Details {
  for (const name in event) {
    if (name.endsWith("EventDetails")) {
      const value = event[name];
      if (typeof value === "object" && value !== null) return value as Details;
    }
  }
  return NONE;
}

/** The payload called `member`; null where the event has none (or the server keeps data out of histories). */
export function payloadOf(event: HistoryEvent, details: Details, member: string): Payload | null {
  const text = details[member];
  if (typeof text !== "string") return null;
  const about = details[`${member}Details`] as { truncated?: unknown; bytes?: unknown } | undefined;
  const bytes = about?.bytes;
  return {
    text,
    truncated: about?.truncated === true,
    bytes: typeof bytes === "number" ? bytes : null,
    eventId: event.id,
    member,
  };
}

export function textOf(details: Details, member: string): string | null {
  const value = details[member];
  return typeof value === "string" ? value : null;
}

export function numberOf(details: Details, member: string): number | null {
  const value = details[member];
  return typeof value === "number" ? value : null;
}

/** Whether the error or cause that the details tell is only the beginning. */
export function isFailureCut(details: Details): boolean {
  return ["error", "cause"].some((member) => {
    const about = details[`${member}Details`] as { truncated?: unknown } | undefined;
    return about?.truncated === true;
  });
}
