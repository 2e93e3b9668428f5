/** A button that changes something: with a key that may only look it is there, disabled, and says why. */
import type { ComponentProps } from "react";
import { useReasonNotToAct } from "./useReasonNotToAct";

/** `unless`: another reason why it cannot be done now. */
export function ActButton({
  unless = null,
  title,
  disabled = false,
  ...button
}: ComponentProps<"button"> & { unless?: string | null }) {
  const reason = useReasonNotToAct() ?? unless;
  return (
    <button
      type="button"
      {...button}
      disabled={disabled || reason !== null}
      title={reason ?? title}
      aria-description={reason ?? undefined}
    />
  );
}
