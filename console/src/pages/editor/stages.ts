/** What TestState tells of a state's data on their way, in the order in which they become each other. */
import type { InspectionData } from "../../api/operations";

export interface Stage {
  name: string;
  text: string;
}

const ORDER: readonly (readonly [member: string, name: string])[] = [
  ["input", "Input"],
  ["afterInputPath", "After InputPath"],
  ["afterParameters", "After Parameters"],
  ["afterArguments", "After Arguments"],
  ["afterItemsPath", "After ItemsPath"],
  ["afterItemsPointer", "After ItemsPointer"],
  ["afterItemSelector", "After ItemSelector"],
  ["afterItemBatcher", "After ItemBatcher"],
  ["request", "Request"],
  ["response", "Response"],
  ["result", "Result"],
  ["afterResultSelector", "After ResultSelector"],
  ["afterResultPath", "After ResultPath"],
  ["variables", "Variables"],
];
const NAMES: ReadonlyMap<string, string> = new Map(ORDER);

/** Only those that are there; what is not known here comes last, under its own name. */
export function stagesOf(data: InspectionData): Stage[] {
  const members: [string, unknown][] = Object.entries(data);
  const place = (member: string): number => {
    const index = ORDER.findIndex(([known]) => known === member);
    return index < 0 ? ORDER.length : index;
  };
  return members
    .filter(([, value]) => value !== undefined && value !== null)
    .toSorted(([one], [other]) => place(one) - place(other))
    .map(([member, value]) => ({
      name: NAMES.get(member) ?? member,
      text: typeof value === "string" ? value : JSON.stringify(value),
    }));
}
