/** Parts of a page, one at a time, each with an address of its own. */
import { Link } from "wouter";
import styles from "./Tabs.module.css";

export interface Tab {
  name: string;
  href: string;
  here: boolean;
}

export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  return (
    <nav aria-label={label} className={styles.tabs}>
      {tabs.map(({ name, href, here }) => (
        <Link key={href} href={href} className={styles.tab} aria-current={here ? "page" : undefined} replace>
          {name}
        </Link>
      ))}
    </nav>
  );
}
