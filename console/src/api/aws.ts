/** Calls of the Step Functions API, the same that every SDK makes. */
import { send } from "./send";
import type { Operations } from "./operations";

export type Operation = keyof Operations;

/** Raises Refused with AWS's error codes, Unreachable. */
export async function call<O extends Operation>(
  operation: O,
  input: Operations[O]["input"],
  region: string,
  signal?: AbortSignal,
): Promise<Operations[O]["output"]> {
  const response = await send({
    method: "POST",
    path: "/",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AWSStepFunctions.${operation}` },
    body: JSON.stringify(input),
    region,
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  return (text === "" ? {} : JSON.parse(text)) as Operations[O]["output"];
}

/** The region that an ARN belongs to. */
export function regionOf(arn: string): string {
  return arn.split(":")[3] ?? "";
}

/** What is last in an ARN: the name of a machine, an execution, an activity. */
export function nameOf(arn: string): string {
  const parts = arn.split(":");
  return parts[5] === "express" ? (parts[7] ?? arn) : (parts.at(-1) ?? arn);
}
