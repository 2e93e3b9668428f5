/** Which state machines a list shows, and in which order. */
import type { MachineFigures } from "../api/reads";
import { type Span, totalsOf } from "./series";

export const ORDERS = ["name", "started", "failed", "running"] as const;
export type Order = (typeof ORDERS)[number];

export interface Wanted {
  /** Part of the name, in any case. */
  name: string;
  type: "STANDARD" | "EXPRESS" | null;
  /** "all" for every one. */
  region: string;
  order: Order;
  span: Span;
}

export function wantedMachines(machines: readonly MachineFigures[], wanted: Wanted): MachineFigures[] {
  const { name, type, region, order, span } = wanted;
  return machines
    .filter(
      (machine) =>
        machine.name.toLowerCase().includes(name.toLowerCase()) &&
        (type === null || machine.type === type) &&
        isIn(machine.stateMachineArn, region),
    )
    .sort((one, other) => figure(other, order, span) - figure(one, order, span) || one.name.localeCompare(other.name));
}

/** Whether an ARN is of a region; all are of "all". */
export function isIn(arn: string, region: string): boolean {
  return region === "all" || arn.split(":")[3] === region;
}

function figure(machine: MachineFigures, order: Order, span: Span): number {
  if (order === "name") return 0;
  return order === "running" ? machine.running : totalsOf(machine[span])[order];
}
