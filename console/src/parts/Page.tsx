/** A page's head: where it is, what it is called, what can be done there. */
import { type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import styles from "./Page.module.css";

export interface Crumb {
  name: string;
  href: string;
}

export interface PageProps {
  title: string;
  crumbs?: Crumb[];
  /** Beside the title: a status, a region. */
  beside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, crumbs = [], beside, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Stepwell`;
  }, [title]);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        {crumbs.length > 0 && (
          <ol className={styles.crumbs} aria-label="You are in">
            {crumbs.map(({ name, href }) => (
              <li key={href}>
                <Link href={href}>{name}</Link>
              </li>
            ))}
          </ol>
        )}
        <div className={styles.line}>
          <h1>{title}</h1>
          {beside}
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </div>
      </header>
      {children}
    </div>
  );
}
