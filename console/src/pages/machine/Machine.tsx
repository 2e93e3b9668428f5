/** One state machine: its executions, its definition, its versions and aliases, and what can be done with it. */
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { nameOf, regionOf } from "../../api/aws";
import { useCall, useOverview } from "../../api/use";
import { ActButton } from "../../parts/ActButton";
import { Ago } from "../../parts/Ago";
import { Arn } from "../../parts/Arn";
import { Icon } from "../../parts/Icon";
import { Page } from "../../parts/Page";
import { editPath, machinePath } from "../../parts/paths";
import { Problem } from "../../parts/Problem";
import { StartDialog } from "../../parts/StartDialog";
import { Tabs } from "../../parts/Tabs";
import { DeleteMachine } from "./DeleteMachine";
import { Definition } from "./Definition";
import { MachineExecutions } from "./MachineExecutions";
import { Versions } from "./Versions";
import styles from "./Machine.module.css";

/** `tab`: one of those in parts/paths.ts; "start" shows the window that starts an execution. */
export default function Machine({ arn, tab = "executions" }: { arn: string; tab: string | undefined }) {
  const [, go] = useLocation();
  const [deleting, setDeleting] = useState(false);
  const region = regionOf(arn);
  const { data: machine, error } = useCall("DescribeStateMachine", { stateMachineArn: arn }, region);
  const figures = useOverview().data?.machines.find(({ stateMachineArn }) => stateMachineArn === arn);
  const shown = tab === "start" ? "executions" : tab;
  return (
    <Page
      title={nameOf(arn)}
      crumbs={[{ name: "State machines", href: "/machines" }]}
      beside={
        <span className={styles.beside}>
          <span className={styles.chip}>{(machine?.type ?? figures?.type) === "EXPRESS" ? "Express" : "Standard"}</span>
          <span className={styles.chip}>{region}</span>
          {machine?.status === "DELETING" && <span className={styles.deleting}>Is being deleted</span>}
        </span>
      }
      actions={
        <>
          <ActButton className="primary" onClick={() => go(machinePath(arn, "start"))}>
            <Icon name="play" /> Start
          </ActButton>
          <button type="button" onClick={() => go(editPath(arn))}>
            <Icon name="edit" /> Edit
          </button>
          <ActButton className="danger" onClick={() => setDeleting(true)}>
            Delete
          </ActButton>
        </>
      }
    >
      <div className={styles.facts}>
        <Arn arn={arn} name={arn} />
        {machine !== undefined && (
          <span className="faint">
            Created <Ago at={machine.creationDate} />
          </span>
        )}
        {machine?.description !== undefined && <p>{machine.description}</p>}
      </div>
      <Problem problem={error} />
      <Tabs
        label="Parts of this state machine"
        tabs={[
          { name: "Executions", href: machinePath(arn), here: shown === "executions" },
          { name: "Definition", href: machinePath(arn, "definition"), here: shown === "definition" },
          { name: "Versions and aliases", href: machinePath(arn, "versions"), here: shown === "versions" },
        ]}
      />
      {shown === "executions" && <MachineExecutions arn={arn} figures={figures} />}
      {shown === "definition" && machine !== undefined && <Definition text={machine.definition} />}
      {shown === "versions" && <Versions arn={arn} revision={machine?.revisionId} />}
      {!["executions", "definition", "versions"].includes(shown) && (
        <p>
          There is nothing at this address. <Link href={machinePath(arn)}>The executions</Link> are here.
        </p>
      )}
      {tab === "start" && <StartDialog arn={arn} onClose={() => go(machinePath(arn), { replace: true })} />}
      {deleting && <DeleteMachine arn={arn} figures={figures} onClose={() => setDeleting(false)} />}
    </Page>
  );
}
