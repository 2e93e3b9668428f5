/** How an alias divides what is started between one or two versions. */
import type { RoutingEntry } from "../api/operations";

export interface Split {
  first: string;
  /** "" for none. */
  second: string;
  /** Of the second version, 0 to 100. */
  percent: number;
}

/** What the API is told: versions of which nothing is started are left out, weights come to 100. */
export function routingOf({ first, second, percent }: Split): RoutingEntry[] {
  const share = second === "" || second === first ? 0 : percent;
  const entries = [
    { stateMachineVersionArn: first, weight: 100 - share },
    { stateMachineVersionArn: second, weight: share },
  ];
  return entries.filter(({ weight }) => weight > 0);
}

export function splitOf(routing: readonly RoutingEntry[]): Split {
  const [first, second] = routing;
  return {
    first: first?.stateMachineVersionArn ?? "",
    second: second?.stateMachineVersionArn ?? "",
    percent: second?.weight ?? 0,
  };
}

/** The number of a version, the end of its ARN. */
export function versionOf(arn: string): string {
  return arn.split(":")[7] ?? "";
}
