/** Colours of the page as a canvas takes them: it knows neither variables nor schemes. */
import { useEffect, useState } from "react";
import { useSession } from "../api/session";

/** What a token of styles/tokens.css comes to at the moment, `ink` for `--ink`. */
export function colourOf(token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Another value whenever the scheme changes. */
export function useScheme(): string {
  const { theme } = useSession();
  const [dark, setDark] = useState(() => DARK.matches);
  useEffect(() => {
    const see = (): void => setDark(DARK.matches);
    DARK.addEventListener("change", see);
    return () => DARK.removeEventListener("change", see);
  }, []);
  return theme === "system" ? (dark ? "dark" : "light") : theme;
}

const DARK = matchMedia("(prefers-color-scheme: dark)");
