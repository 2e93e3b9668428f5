/** What is wrong with a definition, as the server sees it, a moment after the last key. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { call } from "../../api/aws";
import type { MachineType } from "../../api/operations";
import { type Range, rangeOfDiagnostic } from "../../model/pointer";
import { mistakesIn } from "../../parts/json/mistakes";

export interface Trouble extends Range {
  severity: "error" | "warning";
  code: string;
  text: string;
}

export interface Problems {
  troubles: Trouble[];
  /** The text that they are in: what is typed meanwhile is judged a moment later. */
  text: string;
  /** The server has been asked, and has not answered yet. */
  asking: boolean;
  refusal: unknown;
}

const PAUSE = 300;

export function useProblems(definition: string, type: MachineType, region: string): Problems {
  const text = useLate(definition, PAUSE);
  const mistakes = useMemo(() => mistakesIn(text), [text]);
  const asked = text.trim() !== "" && mistakes.length === 0;
  const answer = useQuery({
    queryKey: ["ValidateStateMachineDefinition", region, type, text],
    queryFn: ({ signal }) => call("ValidateStateMachineDefinition", { definition: text, type }, region, signal),
    enabled: asked,
    staleTime: Infinity, // the same text is as right tomorrow
    gcTime: 10_000,
  });
  const troubles = useMemo((): Trouble[] => {
    if (!asked) return mistakes.map((one) => ({ ...one, severity: "error", code: "INVALID_JSON" }));
    return (answer.data?.diagnostics ?? []).map(({ severity, code, message, location }) => ({
      ...(rangeOfDiagnostic(text, { location, message }) ?? { from: 0, to: Math.min(1, text.length) }),
      severity: severity === "ERROR" ? "error" : "warning",
      code,
      text: location === undefined || location === "" ? message : `${message} (${location})`,
    }));
  }, [asked, mistakes, answer.data, text]);
  return { troubles, text, asking: definition !== text || answer.isFetching, refusal: answer.error };
}

/** The value as it was when it had not changed for so many milliseconds. */
export function useLate<T>(value: T, pause: number): T {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return late;
}
