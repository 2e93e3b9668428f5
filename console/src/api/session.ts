/** Who asks, and of which region: kept in this browser tab (the key) and in this browser (region, theme). */
import { useSyncExternalStore } from "react";

export interface AccessKey {
  id: string;
  secret: string;
}

/** "all" looks at every region. */
export type RegionChoice = string;
export type Theme = "system" | "light" | "dark";

export interface Session {
  key: AccessKey | null;
  /** The server asks for a key and has none, or refuses the one it was given. */
  locked: boolean;
  refusal: string | null;
  region: RegionChoice;
  theme: Theme;
}

const KEY = "stepwell.key";
const REGION = "stepwell.region";
const THEME = "stepwell.theme";

let session: Session = {
  key: readKey(),
  locked: false,
  refusal: null,
  region: localStorage.getItem(REGION) ?? "all",
  theme: (localStorage.getItem(THEME) as Theme | null) ?? "system",
};
const listeners = new Set<() => void>();

function readKey(): AccessKey | null {
  const kept = sessionStorage.getItem(KEY);
  return kept === null ? null : (JSON.parse(kept) as AccessKey);
}

function change(part: Partial<Session>): void {
  session = { ...session, ...part };
  listeners.forEach((listener) => listener());
}

export function currentSession(): Session {
  return session;
}

export function useSession(): Session {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentSession);
}

/** The secret never leaves the tab: requests are signed with it. */
export function signIn(key: AccessKey): void {
  sessionStorage.setItem(KEY, JSON.stringify(key));
  change({ key, locked: false, refusal: null });
}

export function signOut(): void {
  sessionStorage.removeItem(KEY);
  change({ key: null, locked: true, refusal: null });
}

/** The server did not take this key, or asks for one. An answer may come late: another key was given meanwhile. */
export function lock(key: AccessKey | null, refusal: string | null): void {
  if (!session.locked && session.key === key) change({ locked: true, refusal });
}

export function chooseRegion(region: RegionChoice): void {
  localStorage.setItem(REGION, region);
  change({ region });
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(THEME, theme);
  change({ theme });
}
