/** The form that answers a waiting task: with its result, with a failure, or only with a sign of life. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, regionOf } from "../api/aws";
import type { Operations } from "../api/operations";
import { read } from "../api/reads";
import { strict } from "../model/json";
import { useReasonNotToAct } from "./useReasonNotToAct";
import { CallToCopy } from "./CallToCopy";
import { Choice } from "./Choice";
import { JsonEditor } from "./JsonEditor";
import { Problem } from "./Problem";
import styles from "./Answer.module.css";

export interface AnswerProps {
  /** An execution's ARN. */
  execution: string;
  /** The id of the …Scheduled event with which the try began. */
  event: number;
  /** The server took the answer; not after a heartbeat, which changes nothing. */
  onDone?: (() => void) | undefined;
}

type Kind = "SendTaskSuccess" | "SendTaskFailure" | "SendTaskHeartbeat";

const KINDS: { value: Kind; name: string }[] = [
  { value: "SendTaskSuccess", name: "Success" },
  { value: "SendTaskFailure", name: "Failure" },
  { value: "SendTaskHeartbeat", name: "Heartbeat" },
];

const ACTS: Record<Kind, string> = {
  SendTaskSuccess: "Send success",
  SendTaskFailure: "Send failure",
  SendTaskHeartbeat: "Send heartbeat",
};

export function Answer({ execution, event, onDone }: AnswerProps) {
  const [kind, setKind] = useState<Kind>("SendTaskSuccess");
  const [output, setOutput] = useState("{}");
  const [error, setError] = useState("");
  const [cause, setCause] = useState("");
  const queries = useQueryClient();
  const region = regionOf(execution);
  const forbidden = useReasonNotToAct();
  const token = useQuery({
    queryKey: ["token", execution, event],
    queryFn: ({ signal }) => read("token", { execution, id: event }, signal),
    enabled: forbidden === null,
  });
  const send = useMutation({
    mutationFn: async (): Promise<void> => {
      const { taskToken } = await read("token", { execution, id: event });
      await call(kind, inputOf(kind, taskToken, { output, error, cause }), region);
    },
    onSuccess: () => {
      // All but the token: a task that was answered has none any more.
      void queries.invalidateQueries({ predicate: ({ queryKey: [name] }) => name !== "token" });
      if (kind !== "SendTaskHeartbeat") onDone?.();
    },
  });
  const mistake = kind === "SendTaskSuccess" && strict(output) === undefined ? "The result must be JSON." : null;
  const reason = forbidden ?? mistake;
  return (
    <form
      className={styles.answer}
      onSubmit={(submitted) => {
        submitted.preventDefault();
        if (reason === null) send.mutate();
      }}
    >
      <Choice
        label="Answer with"
        value={kind}
        options={KINDS}
        onChange={(chosen) => {
          send.reset();
          setKind(chosen);
        }}
      />
      {kind === "SendTaskSuccess" && (
        <div className={styles.field}>
          <span className={styles.label}>Result, as JSON</span>
          <JsonEditor
            label="Result"
            height="8rem"
            value={output}
            onChange={setOutput}
            onAct={() => reason ?? send.mutate()}
          />
        </div>
      )}
      {kind === "SendTaskFailure" && (
        <>
          <label>
            Error: the name that Retry and Catch compare
            <input value={error} maxLength={256} spellCheck={false} onChange={({ target }) => setError(target.value)} />
          </label>
          <label>
            Cause: for people
            <textarea rows={3} value={cause} maxLength={32768} onChange={({ target }) => setCause(target.value)} />
          </label>
        </>
      )}
      {kind === "SendTaskHeartbeat" && (
        <p className="faint">Says that the task is being worked on: its heartbeat time-out begins anew.</p>
      )}
      {token.data !== undefined && (
        <CallToCopy
          operation={kind}
          input={{ ...inputOf(kind, token.data.taskToken, { output, error, cause }) }}
          region={region}
        />
      )}
      <Problem problem={send.error ?? token.error} />
      <div className={styles.acts}>
        <button className="primary" disabled={reason !== null || send.isPending}>
          {ACTS[kind]}
        </button>
        <span className="faint" role="status">
          {reason}
        </span>
        {send.isSuccess && kind === "SendTaskHeartbeat" && <span role="status">The server heard it.</span>}
      </div>
    </form>
  );
}

interface Typed {
  output: string;
  error: string;
  cause: string;
}

function inputOf(kind: Kind, taskToken: string, { output, error, cause }: Typed): Operations[Kind]["input"] {
  if (kind === "SendTaskSuccess") return { taskToken, output };
  if (kind === "SendTaskHeartbeat") return { taskToken };
  return { taskToken, ...(error === "" ? {} : { error }), ...(cause === "" ? {} : { cause }) };
}
