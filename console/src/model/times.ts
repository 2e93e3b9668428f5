/** Points in time and lengths of time as words. Times are seconds since the epoch. */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `< 1 ms`, `12 ms`, `1.23 s`, `42 s`, `1 min 15 s`, `3 h 2 min`, `2 d 7 h`: two units at most. */
export function durationText(seconds: number): string {
  if (seconds < 0.0005) return "< 1 ms";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.995) return `${trimmed(seconds.toFixed(2))} s`;
  if (seconds < 59.5) return `${trimmed(seconds.toFixed(seconds < 20 ? 1 : 0))} s`;
  const whole = Math.round(seconds);
  if (whole < HOUR) return pair(whole, MINUTE, "min", 1, "s");
  if (whole < DAY) return pair(Math.round(whole / MINUTE) * MINUTE, HOUR, "h", MINUTE, "min");
  return pair(Math.round(whole / HOUR) * HOUR, DAY, "d", HOUR, "h");
}

function trimmed(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}

function pair(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.round((seconds % large) / small);
  const first = `${Math.floor(seconds / large)} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

/** `just now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`, and `in …` for what is to come. */
export function agoText(at: number, now: number): string {
  const past = now - at;
  const distance = Math.abs(past);
  if (distance < 2) return "just now";
  const text = roughly(distance);
  return past > 0 ? `${text} ago` : `in ${text}`;
}

/** A length of time in one unit, rounded down: what has not quite been an hour is 59 minutes. */
export function roughly(seconds: number): string {
  if (seconds < MINUTE) return `${Math.floor(seconds)} s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h`;
  return `${Math.floor(seconds / DAY)} d`;
}

/** `2026-11-21 07:03:15.250`, with the zone behind it; in the zone of the browser unless another is named. */
export function absoluteText(at: number, zone?: string): string {
  const date = new Date(at * 1000);
  const parts = new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    timeZoneName: "short",
    hourCycle: "h23",
    ...(zone === undefined ? {} : { timeZone: zone }),
  }).formatToParts(date);
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? "";
  const day = `${of("year")}-${of("month")}-${of("day")}`;
  return `${day} ${of("hour")}:${of("minute")}:${of("second")}.${of("fractionalSecond")} ${of("timeZoneName")}`;
}

/** `07:03`, on the clock of the browser unless another zone is named. */
export function clockText(at: number, zone?: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(zone === undefined ? {} : { timeZone: zone }),
  }).format(new Date(at * 1000));
}
