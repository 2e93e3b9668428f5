/** What stands around every page: the menu, the region, the theme, the key. */
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { useOverview } from "../api/use";
import { chooseRegion, chooseTheme, signOut, type Theme, useSession } from "../api/session";
import { Icon, type IconName } from "./Icon";
import { SignIn } from "./SignIn";
import styles from "./Shell.module.css";

const PLACES: { path: string; name: string; icon: IconName }[] = [
  { path: "/", name: "Overview", icon: "overview" },
  { path: "/executions", name: "Executions", icon: "executions" },
  { path: "/machines", name: "State machines", icon: "machines" },
  { path: "/waiting", name: "Waiting tasks", icon: "waiting" },
];

const THEMES: { theme: Theme; name: string }[] = [
  { theme: "system", name: "System" },
  { theme: "light", name: "Light" },
  { theme: "dark", name: "Dark" },
];

// Nobody needs it at first, and everybody at once when they do: it is loaded when the page stands.
const loadPalette = () => import("./Palette");
const Palette = lazy(loadPalette);
const STANDS = 1_000; // ms

export function Shell({ children }: { children: ReactNode }) {
  const { locked, theme } = useSession();
  const [place] = useLocation();
  const [searching, setSearching] = useState(false);
  const { data } = useOverview();

  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);

  useEffect(() => {
    const loading = setTimeout(() => void loadPalette().catch(() => {}), STANDS); // it is tried again when it is wanted
    return () => clearTimeout(loading);
  }, []);

  useEffect(() => {
    const open = (event: KeyboardEvent): void => {
      if (event.key === "k" && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        setSearching(true);
      }
    };
    document.addEventListener("keydown", open);
    return () => document.removeEventListener("keydown", open);
  }, []);

  const waiting = data?.waiting.count ?? 0;
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main" onClick={focusMain}>
        Skip to content
      </a>
      <nav className={styles.menu} aria-label="Main">
        <Link href="/" className={styles.brand}>
          <img src="/favicon.svg" alt="" width="24" height="24" />
          <span>Stepwell</span>
        </Link>
        <ul className={styles.places}>
          {PLACES.map(({ path, name, icon }) => {
            const here = path === "/" ? place === "/" : place.startsWith(path);
            return (
              <li key={path}>
                <Link href={path} className={styles.place} aria-current={here ? "page" : undefined}>
                  <Icon name={icon} />
                  <span>{name}</span>
                  {path === "/waiting" && waiting > 0 && <span className={styles.count}>{waiting}</span>}
                </Link>
              </li>
            );
          })}
        </ul>
        <Settings />
      </nav>
      <div className={styles.stage}>
        <header className={styles.bar}>
          <button type="button" className={styles.search} onClick={() => setSearching(true)}>
            <Icon name="search" />
            <span>Find or do anything</span>
            <kbd>{IS_MAC ? "⌘" : "Ctrl"} K</kbd>
          </button>
          <RegionSwitch regions={data?.regions ?? []} />
        </header>
        <main id="main" tabIndex={-1} className={styles.main}>
          {!locked && children}
        </main>
      </div>
      {searching && (
        <Suspense fallback={null}>
          <Palette onClose={() => setSearching(false)} />
        </Suspense>
      )}
      {locked && <SignIn />}
    </div>
  );
}

const IS_MAC = navigator.userAgent.includes("Mac");

/** The address's # is the page: a link to #main would leave it. */
function focusMain(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function RegionSwitch({ regions }: { regions: string[] }) {
  const { region } = useSession();
  const known = region === "all" || regions.includes(region) ? regions : [...regions, region];
  return (
    <select aria-label="Region" value={region} onChange={(event) => chooseRegion(event.target.value)}>
      <option value="all">All regions</option>
      {known.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}

function Settings() {
  const { theme, key } = useSession();
  return (
    <div className={styles.settings}>
      <select aria-label="Theme" value={theme} onChange={(event) => chooseTheme(event.target.value as Theme)}>
        {THEMES.map((choice) => (
          <option key={choice.theme} value={choice.theme}>
            {choice.name}
          </option>
        ))}
      </select>
      {key !== null && (
        <button type="button" onClick={signOut}>
          Sign out <code>{key.id}</code>
        </button>
      )}
    </div>
  );
}
