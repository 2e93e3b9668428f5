/** The address behind the #, with a query of its own: `#/executions?status=FAILED`. wouter's has it before the #. */
import { useSyncExternalStore } from "react";
import { navigate as navigateTo } from "wouter/use-hash-location";

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

function whole(): string {
  return `/${location.hash.replace(/^#?\/?/, "")}`;
}

function pathNow(): string {
  return whole().split("?", 1)[0] ?? "/";
}

function searchNow(): string {
  const address = whole();
  const at = address.indexOf("?");
  return at === -1 ? "" : address.slice(at + 1);
}

/** `to` is a path with or without a query; without one there is none afterwards. */
export function navigate(to: string, { replace = false }: { replace?: boolean } = {}): void {
  const oldURL = location.href;
  const hash = `#/${to.replace(/^#?\/?/, "")}`;
  if (replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  window.dispatchEvent(new HashChangeEvent("hashchange", { oldURL, newURL: location.href }));
}

export function useAddress(): [string, typeof navigateTo] {
  return [useSyncExternalStore(subscribe, pathNow), navigate];
}

useAddress.hrefs = (href: string): string => `#${href}`;
useAddress.searchHook = (): string => useSyncExternalStore(subscribe, searchNow);
