/** What an empty server shows: three ways to a first workflow. */
import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { useAccount, useHomeRegion } from "../../api/use";
import { cliCall } from "../../model/calls";
import { definitionOf } from "../../model/definition";
import { graphOf } from "../../model/graph";
import { orderAt, PYTHON, SAMPLE } from "../../model/sample";
import { ActButton } from "../../parts/ActButton";
import { ActDialog } from "../../parts/ActDialog";
import { Copy } from "../../parts/Copy";
import { Graph } from "../../parts/Graph";
import { Icon } from "../../parts/Icon";
import { machinePath } from "../../parts/paths";
import styles from "./First.module.css";

export default function First() {
  const region = useHomeRegion();
  const account = useAccount();
  const [creating, setCreating] = useState(false);
  const graph = useMemo(() => graphOf(definitionOf(SAMPLE.definition)), []);
  return (
    <div className={styles.first}>
      <p className={styles.lead}>
        This server runs state machines of the Amazon States Language and has none yet. Here are three ways to the first
        one; whatever runs will be seen here as it happens.
      </p>
      <section className={`card ${styles.way} ${styles.here}`}>
        <div className={styles.words}>
          <h2>Here</h2>
          <p>A pizza: the dough rises while the sauce is stirred. It takes five seconds, and you can watch it.</p>
          <p className={styles.acts}>
            <ActButton className="primary" onClick={() => setCreating(true)}>
              <Icon name="plus" /> Create one here
            </ActButton>
            <Link href="/new">or write your own</Link>
          </p>
        </div>
        <div className={styles.graph}>
          <Graph graph={graph} label="Graph of the sample" />
        </div>
      </section>
      <section className={`card ${styles.way}`}>
        <h2>With the AWS CLI</h2>
        <p>
          Any AWS tool does: name this server as its endpoint. Without access keys any credentials are taken. The first
          call answers with the ARN that the second one starts.
        </p>
        <Text label="commands" text={commands(region, account)} />
      </section>
      <section className={`card ${styles.way}`}>
        <h2>In Python</h2>
        <p>
          A workflow can be a function. This is <code>pizza.py</code>:
        </p>
        <Text label="workflow" text={PYTHON} />
        <p>Its tasks are served beside it:</p>
        <Text label="worker" text={`stepwell worker pizza --url ${location.origin}`} />
        <p>
          And <code>order.py</code>, which deploys it and starts one:
        </p>
        <Text label="program" text={orderAt(location.origin)} />
      </section>
      {creating && <CreateSample region={region} onClose={() => setCreating(false)} />}
    </div>
  );
}

function commands(region: string, account: string): string {
  const { name, definition, input, roleArn } = SAMPLE;
  const where = { region, endpoint: location.origin };
  const stateMachineArn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
  const short = JSON.stringify(JSON.parse(definition));
  const calls = [
    cliCall({ ...where, operation: "CreateStateMachine", input: { name, roleArn, definition: short } }),
    cliCall({ ...where, operation: "StartExecution", input: { stateMachineArn, input } }),
  ];
  return calls.join("\n\n");
}

function Text({ label, text }: { label: string; text: string }) {
  return (
    <div className={styles.text}>
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <span className={styles.copy}>
        <Copy text={text} label={`Copy the ${label}`} />
      </span>
    </div>
  );
}

function CreateSample({ region, onClose }: { region: string; onClose: () => void }) {
  const [, go] = useLocation();
  const [name, setName] = useState(SAMPLE.name);
  return (
    <ActDialog
      title="Create a first state machine"
      operation="CreateStateMachine"
      input={{ name, definition: SAMPLE.definition, roleArn: SAMPLE.roleArn }}
      region={region}
      actLabel="Create"
      reason={name === "" ? "It needs a name." : null}
      onDone={({ stateMachineArn }) => go(machinePath(stateMachineArn, "start"))}
      onClose={onClose}
    >
      <label>
        Name
        <input
          value={name}
          maxLength={80}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setName(target.value)}
        />
      </label>
    </ActDialog>
  );
}
