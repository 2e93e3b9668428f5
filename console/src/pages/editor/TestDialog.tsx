/** Tries one state: with what it is given and what its task answers; shows what it made of that, stage by stage. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../../api/aws";
import type { Operations } from "../../api/operations";
import type { State } from "../../model/definition";
import { useReasonNotToAct } from "../../parts/useReasonNotToAct";
import { CallToCopy } from "../../parts/CallToCopy";
import { Dialog } from "../../parts/Dialog";
import { mistakesIn } from "../../parts/json/mistakes";
import { JsonEditor } from "../../parts/JsonEditor";
import { JsonView } from "../../parts/JsonView";
import { Problem } from "../../parts/Problem";
import { StatusBadge } from "../../parts/StatusBadge";
import { useActKey } from "../../parts/useActKey";
import { stagesOf } from "./stages";
import act from "../../parts/ActDialog.module.css";
import styles from "./Editor.module.css";

type Input = Operations["TestState"]["input"];
type Answer = Operations["TestState"]["output"];
type Mock = "none" | "result" | "error";
type Level = NonNullable<Input["inspectionLevel"]>;

export interface TestDialogProps {
  definition: string;
  state: State;
  roleArn: string;
  region: string;
  /** What to begin with. */
  input: string;
  /** Lets the next state be tried, with this one's output. */
  onNext: (name: string, input: string) => void;
  onClose: () => void;
}

/** A task is asked nothing unless one says so: its call is a real one. */
const FIRST_MOCK: Readonly<Record<string, Mock>> = { Task: "result", Map: "result", Parallel: "result" };
const FIRST_RESULT: Readonly<Record<string, string>> = { Map: "[]", Parallel: "[]" };

export function TestDialog({ definition, state, roleArn, region, input: first, onNext, onClose }: TestDialogProps) {
  const { name, type } = state;
  const [input, setInput] = useState(first);
  const [variables, setVariables] = useState("");
  const [mock, setMock] = useState<Mock>(FIRST_MOCK[type] ?? "none");
  const [result, setResult] = useState(FIRST_RESULT[type] ?? "{}");
  const [error, setError] = useState("");
  const [cause, setCause] = useState("");
  const [level, setLevel] = useState<Level>("DEBUG");
  const forbidden = useReasonNotToAct();
  const request: Input = {
    definition,
    stateName: name,
    inspectionLevel: level,
    ...(roleArn !== "" && { roleArn }),
    ...(input.trim() !== "" && { input }),
    ...(variables.trim() !== "" && { variables }),
    ...(mock === "result" && { mock: { result } }),
    ...(mock === "error" && {
      mock: { errorOutput: { ...(error !== "" && { error }), ...(cause !== "" && { cause }) } },
    }),
  };
  const test = useMutation({ mutationFn: () => call("TestState", request, region) });
  const written = [input, variables, ...(mock === "result" ? [result] : [])];
  const reason =
    forbidden ?? (written.some((text) => mistakesIn(text).length > 0) ? "Something is not JSON yet." : null);
  const go = (): void => {
    if (reason === null && !test.isPending) test.mutate();
  };
  useActKey(go);
  return (
    <Dialog title={`Test ${name}`} onClose={onClose} wide>
      <div className={act.act}>
        <div className={styles.test}>
          <div className={styles.given}>
            <div className={act.field}>
              <span className={act.fieldHead}>Input</span>
              <JsonEditor label="Input" value={input} onChange={setInput} height="10rem" autoFocus />
            </div>
            <details className={styles.more} open={variables !== "" || undefined}>
              <summary>Variables</summary>
              <JsonEditor
                label="Variables"
                value={variables}
                onChange={setVariables}
                height="6rem"
                hint='{"name": "value"}'
              />
            </details>
            <fieldset className={act.choices}>
              <legend className={act.fieldHead}>{type === "Task" ? "The task" : "Its work"}</legend>
              <Way
                mock={mock}
                value="none"
                onChoose={setMock}
                says={type === "Task" ? "is really called" : "is done"}
              />
              <Way mock={mock} value="result" onChoose={setMock} says="answers with" />
              <Way mock={mock} value="error" onChoose={setMock} says="fails with" />
            </fieldset>
            {mock === "result" && <JsonEditor label="Result" value={result} onChange={setResult} height="7rem" />}
            {mock === "error" && (
              <div className={act.pair}>
                <label>
                  Error
                  <input value={error} placeholder="States.Timeout" onChange={({ target }) => setError(target.value)} />
                </label>
                <label>
                  Cause
                  <input value={cause} onChange={({ target }) => setCause(target.value)} />
                </label>
              </div>
            )}
            <label>
              What to tell
              <select value={level} onChange={({ target }) => setLevel(target.value as Level)}>
                <option value="INFO">The output</option>
                <option value="DEBUG">Every stage of the data</option>
                <option value="TRACE">And the HTTP request and response</option>
              </select>
            </label>
          </div>
          <div className={styles.outcome} aria-live="polite">
            <Problem problem={test.error} />
            {test.data === undefined ? (
              <p className="faint">What the state makes of it comes here.</p>
            ) : (
              <Outcome answer={test.data} onNext={onNext} />
            )}
          </div>
        </div>
        <CallToCopy operation="TestState" input={{ ...request }} region={region} />
        <footer className={act.foot}>
          <span className={act.reason} role="status">
            {reason}
          </span>
          <button type="button" onClick={onClose}>
            Close
          </button>
          <button
            type="button"
            className="primary"
            disabled={reason !== null || test.isPending}
            onClick={go}
            title="Ctrl or ⌘ with Enter"
          >
            {test.isPending ? "…" : "Test it"}
          </button>
        </footer>
      </div>
    </Dialog>
  );
}

interface WayProps {
  mock: Mock;
  value: Mock;
  says: string;
  onChoose: (mock: Mock) => void;
}

function Way({ mock, value, says, onChoose }: WayProps) {
  return (
    <label>
      <input type="radio" name="mock" checked={mock === value} onChange={() => onChoose(value)} />
      {says}
    </label>
  );
}

const SAYS: Readonly<Record<Answer["status"], string>> = {
  SUCCEEDED: "",
  FAILED: "and nothing catches it",
  RETRIABLE: "It failed, and its Retry would try again",
  CAUGHT_ERROR: "It failed, and its Catch takes that",
};

function Outcome({ answer, onNext }: { answer: Answer; onNext: TestDialogProps["onNext"] }) {
  const { status, output, error, cause, nextState, inspectionData } = answer;
  return (
    <>
      <p className={styles.verdict}>
        {status === "SUCCEEDED" || status === "FAILED" ? <StatusBadge status={status} /> : null} {SAYS[status]}
      </p>
      {nextState !== undefined && (
        <p>
          Next is <strong>{nextState}</strong>{" "}
          <button type="button" onClick={() => onNext(nextState, output ?? "{}")}>
            Test it with this output
          </button>
        </p>
      )}
      {error !== undefined && <Problem problem={cause === undefined ? error : `${error}\n${cause}`} />}
      {output !== undefined && <JsonView label="Output" text={output} />}
      {inspectionData !== undefined &&
        stagesOf(inspectionData).map(({ name, text }) => <JsonView key={name} label={name} text={text} />)}
    </>
  );
}
