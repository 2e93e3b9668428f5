/** What can be done with an execution: start another one, stop it, redrive it. */
import { useState } from "react";
import { useCall } from "../../api/use";
import { regionOf } from "../../api/aws";
import type { ExecutionRow } from "../../api/reads";
import { ActButton } from "../../parts/ActButton";
import { Icon } from "../../parts/Icon";
import { RedriveDialog } from "../../parts/RedriveDialog";
import { StartDialog } from "../../parts/StartDialog";
import { StopDialog } from "../../parts/StopDialog";

type Act = "start" | "stop" | "redrive";

export function Acts({ row }: { row: ExecutionRow }) {
  const [act, setAct] = useState<Act | null>(null);
  const close = (): void => setAct(null);
  const running = row.status === "RUNNING";
  const redrive = useRedrivable(row);
  return (
    <>
      {running && (
        <ActButton className="danger" onClick={() => setAct("stop")}>
          <Icon name="stop" /> Stop
        </ActButton>
      )}
      {!running && row.status !== "SUCCEEDED" && (
        <ActButton unless={redrive} onClick={() => setAct("redrive")}>
          <Icon name="redrive" /> Redrive
        </ActButton>
      )}
      <ActButton className="primary" onClick={() => setAct("start")}>
        <Icon name="play" /> Start another
      </ActButton>
      {act === "start" && (
        <StartDialog
          arn={row.stateMachineAliasArn ?? row.stateMachineVersionArn ?? row.stateMachineArn}
          onClose={close}
        />
      )}
      {act === "stop" && <StopDialog execution={row.executionArn} onClose={close} />}
      {act === "redrive" && <RedriveDialog execution={row.executionArn} onClose={close} />}
    </>
  );
}

/** Why it cannot be redriven; null when it can. */
function useRedrivable({ executionArn, status, express }: ExecutionRow): string | null {
  const enabled = !express && status !== "RUNNING" && status !== "SUCCEEDED"; // nobody asks of the others
  const { data } = useCall("DescribeExecution", { executionArn }, regionOf(executionArn), { enabled });
  if (express) return "Express executions cannot be redriven.";
  if (data === undefined || data.status !== status) return null;
  return data.redriveStatus === "REDRIVABLE" ? null : (data.redriveStatusReason ?? "It cannot be redriven.");
}
