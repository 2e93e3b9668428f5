/** Which lines of a text were taken away and which were added. */

export interface Line {
  kind: "same" | "removed" | "added";
  text: string;
}

/** Lines that differ in the middle beyond which all are told as removed and added: comparing takes the product of both. */
const MOST = 3_000;

/** All lines of both texts, those in common once. */
export function lineChanges(before: string, after: string): Line[] {
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  let tail = 0;
  while (tail < Math.min(old.length, fresh.length) - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
  return [
    ...lines("same", old.slice(0, head)),
    ...between(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail)),
    ...lines("same", old.slice(old.length - tail)),
  ];
}

function lines(kind: Line["kind"], texts: readonly string[]): Line[] {
  return texts.map((text) => ({ kind, text }));
}

/** By the longest common subsequence; what was removed stands before what was added in its place. */
function between(old: readonly string[], fresh: readonly string[]): Line[] {
  if (old.length > MOST || fresh.length > MOST) return [...lines("removed", old), ...lines("added", fresh)];
  const width = fresh.length + 1;
  const common = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      common[i * width + j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: Line[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      found.push({ kind: "same", text: old[i] ?? "" });
      [i, j] = [i + 1, j + 1];
    } else if (j >= fresh.length || (i < old.length && at(i + 1, j) >= at(i, j + 1))) {
      found.push({ kind: "removed", text: old[i++] ?? "" });
    } else {
      found.push({ kind: "added", text: fresh[j++] ?? "" });
    }
  }
  return found;
}

export interface Hunk {
  /** Lines in common that are left out before it. */
  skipped: number;
  lines: Line[];
}

/** The changes with a few lines around each. */
export function hunksOf(changes: readonly Line[], around = 3): Hunk[] {
  const near = new Uint8Array(changes.length);
  changes.forEach(({ kind }, index) => {
    if (kind !== "same") near.fill(1, Math.max(0, index - around), index + around + 1);
  });
  const hunks: Hunk[] = [];
  let skipped = 0;
  changes.forEach((line, index) => {
    if (near[index] !== 1) {
      skipped++;
      return;
    }
    if (index === 0 || near[index - 1] !== 1) hunks.push({ skipped, lines: [] });
    hunks.at(-1)?.lines.push(line);
    skipped = 0;
  });
  return hunks;
}
