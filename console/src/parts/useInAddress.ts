/** A choice that stands in the address's query: links and the way back keep it. */
import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

/** One of `options`; the first one is meant where the address has none of them, and is not written. */
export function useChoice<Option extends string>(
  member: string,
  options: readonly [Option, ...Option[]],
): [Option, (option: Option) => void] {
  const [text, set] = useText(member);
  const chosen = options.find((option) => option === text) ?? options[0];
  return [chosen, useCallback((option) => set(option === options[0] ? "" : option), [set, options])];
}

export function useText(member: string): [string, (text: string) => void] {
  const [path, go] = useLocation();
  const search = useSearch();
  const set = useCallback(
    (text: string) => {
      const query = new URLSearchParams(search);
      if (text === "") query.delete(member);
      else query.set(member, text);
      go(query.size === 0 ? path : `${path}?${query}`, { replace: true });
    },
    [go, path, search, member],
  );
  return [new URLSearchParams(search).get(member) ?? "", set];
}
