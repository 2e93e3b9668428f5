/** A machine's aliases, with how they divide what they start, and its versions. */
import { useMemo, useState } from "react";
import { nameOf } from "../../api/aws";
import { type Alias, useAliases, useDescriptions, useVersions } from "../../api/versions";
import { versionOf } from "../../model/routing";
import { ActButton } from "../../parts/ActButton";
import { Ago } from "../../parts/Ago";
import { Copy } from "../../parts/Copy";
import { Empty } from "../../parts/Empty";
import { Problem } from "../../parts/Problem";
import { StartDialog } from "../../parts/StartDialog";
import { AliasDialog } from "./AliasDialog";
import { DeleteAlias, DeleteVersion, PublishVersion } from "./VersionActs";
import { Routing } from "./Routing";
import styles from "./Versions.module.css";

type Act =
  | { act: "publish" | "create" }
  | { act: "shift" | "delete-alias"; alias: Alias }
  | { act: "start" | "delete-version"; arn: string };

/** `revision`: of the definition as it is now. */
export function Versions({ arn, revision }: { arn: string; revision: string | undefined }) {
  const [doing, setDoing] = useState<Act | null>(null);
  const aliases = useAliases(arn);
  const pages = useVersions(arn);
  const versions = useMemo(() => (pages.data?.pages ?? []).flatMap((page) => page.stateMachineVersions), [pages.data]);
  const arns = useMemo(() => versions.map(({ stateMachineVersionArn }) => stateMachineVersionArn), [versions]);
  const descriptions = useDescriptions(arns);
  const close = (): void => setDoing(null);
  const all = { arns, descriptions };
  return (
    <div className={styles.versions}>
      <section className={styles.part}>
        <header className={styles.head}>
          <h2>Aliases</h2>
          <ActButton
            unless={arns.length === 0 ? "An alias leads to a version: publish one first." : null}
            onClick={() => setDoing({ act: "create" })}
          >
            Create an alias
          </ActButton>
        </header>
        <Problem problem={aliases.error} />
        {aliases.data?.length === 0 && (
          <Empty title="No alias">
            <p>
              An alias is a name that callers start, such as <code>live</code>. It leads to one version, or divides what
              it starts between two while the newer one proves itself.
            </p>
          </Empty>
        )}
        <ul className={styles.aliases}>
          {aliases.data?.map((alias) => (
            <li key={alias.stateMachineAliasArn} className={`card ${styles.alias}`}>
              <div className={styles.head}>
                <h3 className={styles.name}>
                  {nameOf(alias.stateMachineAliasArn)}
                  <Copy text={alias.stateMachineAliasArn} label="Copy the alias's ARN" />
                </h3>
                <span className={styles.acts}>
                  <ActButton onClick={() => setDoing({ act: "start", arn: alias.stateMachineAliasArn })}>
                    Start
                  </ActButton>
                  <ActButton onClick={() => setDoing({ act: "shift", alias })}>Shift</ActButton>
                  <ActButton className="danger" onClick={() => setDoing({ act: "delete-alias", alias })}>
                    Delete
                  </ActButton>
                </span>
              </div>
              {alias.description !== undefined && <p>{alias.description}</p>}
              <Routing routing={alias.routingConfiguration} />
              <p className={styles.since}>
                Changed <Ago at={alias.updateDate} />
              </p>
            </li>
          ))}
        </ul>
      </section>
      <section className={styles.part}>
        <header className={styles.head}>
          <h2>Versions</h2>
          <ActButton onClick={() => setDoing({ act: "publish" })}>Publish a version</ActButton>
        </header>
        <Problem problem={pages.error} />
        {pages.data !== undefined && versions.length === 0 && (
          <Empty title="No version">
            <p>A version is the definition as it stands now, kept under a number whatever becomes of it later.</p>
          </Empty>
        )}
        {versions.length > 0 && (
          <ul className={`card ${styles.list}`}>
            {versions.map(({ stateMachineVersionArn: version, creationDate }) => (
              <li key={version} className={styles.version}>
                <strong>{versionOf(version)}</strong>
                <span className={styles.description}>{descriptions.get(version) ?? ""}</span>
                <span className={styles.since}>
                  <Ago at={creationDate} />
                </span>
                <span className={styles.acts}>
                  <Copy text={version} label={`Copy the ARN of version ${versionOf(version)}`} />
                  <ActButton className="quiet" onClick={() => setDoing({ act: "start", arn: version })}>
                    Start
                  </ActButton>
                  <ActButton
                    className="quiet"
                    unless={inUse(version, aliases.data)}
                    onClick={() => setDoing({ act: "delete-version", arn: version })}
                  >
                    Delete
                  </ActButton>
                </span>
              </li>
            ))}
          </ul>
        )}
        {pages.hasNextPage && (
          <button type="button" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Older versions
          </button>
        )}
      </section>
      {doing?.act === "publish" && <PublishVersion arn={arn} revision={revision} onClose={close} />}
      {doing?.act === "create" && <AliasDialog machine={arn} alias={null} {...all} onClose={close} />}
      {doing?.act === "shift" && <AliasDialog machine={arn} alias={doing.alias} {...all} onClose={close} />}
      {doing?.act === "delete-alias" && <DeleteAlias arn={doing.alias.stateMachineAliasArn} onClose={close} />}
      {doing?.act === "delete-version" && <DeleteVersion arn={doing.arn} onClose={close} />}
      {doing?.act === "start" && <StartDialog arn={doing.arn} onClose={close} />}
    </div>
  );
}

/** Why a version cannot be deleted, if it cannot. */
function inUse(version: string, aliases: Alias[] = []): string | null {
  const users = aliases.filter(({ routingConfiguration }) =>
    routingConfiguration.some(({ stateMachineVersionArn }) => stateMachineVersionArn === version),
  );
  const names = users.map(({ stateMachineAliasArn }) => nameOf(stateMachineAliasArn));
  return names.length === 0 ? null : `In use by ${names.join(", ")}: shift that first.`;
}
