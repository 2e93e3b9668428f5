/** Why nothing may be changed: with a read-only key all acts are shown, and disabled. null: one may. */
import { useOverview } from "../api/use";

export function useReasonNotToAct(): string | null {
  const { data } = useOverview();
  if (data === undefined) return "Waiting for the server.";
  return data.mayAct ? null : "This access key may only look.";
}
