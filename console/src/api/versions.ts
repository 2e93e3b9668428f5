/** A machine's versions and aliases as React sees them. */
import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { call, regionOf } from "./aws";
import type { Operations } from "./operations";

export type Alias = Operations["DescribeStateMachineAlias"]["output"];

/** Newest first, a page at a time. */
export function useVersions(stateMachineArn: string) {
  return useInfiniteQuery({
    queryKey: ["ListStateMachineVersions", stateMachineArn],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      call(
        "ListStateMachineVersions",
        { stateMachineArn, ...(pageParam === "" ? {} : { nextToken: pageParam }) },
        regionOf(stateMachineArn),
        signal,
      ),
    getNextPageParam: ({ nextToken }) => nextToken,
  });
}

/** What the versions were described with, by ARN. */
export function useDescriptions(versions: readonly string[]): Map<string, string> {
  return useQueries({
    queries: versions.map((stateMachineArn) => ({
      queryKey: ["version", stateMachineArn],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        call("DescribeStateMachine", { stateMachineArn }, regionOf(stateMachineArn), signal),
      staleTime: Infinity, // a version never changes
    })),
    combine: (answers) =>
      new Map(answers.flatMap(({ data }, at) => (data?.description ? [[versions[at] ?? "", data.description]] : []))),
  });
}

/** All of a machine's aliases, described: a machine has at most 100. */
export function useAliases(stateMachineArn: string) {
  const region = regionOf(stateMachineArn);
  return useQuery({
    queryKey: ["aliases", stateMachineArn],
    queryFn: async ({ signal }): Promise<Alias[]> => {
      const listed = await call("ListStateMachineAliases", { stateMachineArn, maxResults: 100 }, region, signal);
      return Promise.all(
        listed.stateMachineAliases.map(({ stateMachineAliasArn }) =>
          call("DescribeStateMachineAlias", { stateMachineAliasArn }, region, signal),
        ),
      );
    },
  });
}
