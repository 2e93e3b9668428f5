/** Tasks that wait: what each is called in an address, and which are looked for. */
import type { WaitingTask } from "../api/reads";

/** One try of one task: an execution has each event once. */
export function taskId({ executionArn, eventId }: Pick<WaitingTask, "executionArn" | "eventId">): string {
  return `${executionArn}~${eventId}`;
}

/** Those with `sought` in the name of their state, execution or machine, or in what is told of their input. */
export function soughtTasks(tasks: readonly WaitingTask[], sought: string): WaitingTask[] {
  const wanted = sought.toLowerCase();
  return tasks.filter(({ state, executionName, stateMachineArn, input }) =>
    [state, executionName, stateMachineArn.split(":").at(-1) ?? "", input].some((text) =>
      text.toLowerCase().includes(wanted),
    ),
  );
}
