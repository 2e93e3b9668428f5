/** Inputs that executions were started with before, the newest first, each once. */
import { useQueries } from "@tanstack/react-query";
import { call, regionOf } from "../../api/aws";
import { useCall } from "../../api/use";

export interface Beginning {
  /** Of the execution that had it. */
  name: string;
  input: string;
  /** Its beginning, on one line. */
  preview: string;
}

/** How many executions are looked at, and how many different inputs are offered. */
const LOOKED_AT = 12;
const OFFERED = 6;
const PREVIEW = 48;

/** None while they are being fetched, nor where the server does not keep them. */
export function useEarlierInputs(arn: string, kept: boolean): Beginning[] {
  const region = regionOf(arn);
  const list = useCall("ListExecutions", { stateMachineArn: arn, maxResults: LOOKED_AT }, region, { enabled: kept });
  const described = useQueries({
    queries: (list.data?.executions ?? []).map(({ executionArn }) => ({
      queryKey: ["DescribeExecution", region, { executionArn }],
      queryFn: ({ signal }: { signal: AbortSignal }) => call("DescribeExecution", { executionArn }, region, signal),
      staleTime: Infinity, // an execution's input stays what it is
    })),
  });
  const offered = new Map<string, Beginning>();
  for (const { data } of described) {
    if (data?.input === undefined || offered.has(data.input) || offered.size >= OFFERED) continue;
    offered.set(data.input, { name: data.name, input: data.input, preview: previewOf(data.input) });
  }
  return [...offered.values()];
}

function previewOf(input: string): string {
  const line = input.slice(0, 200).replace(/\s+/g, " ");
  return line.length > PREVIEW ? `${line.slice(0, PREVIEW)}…` : line;
}
