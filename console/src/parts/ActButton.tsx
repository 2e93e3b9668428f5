/** A button that changes something: with a key that may only look it is there, disabled, and says why. */
import type { ComponentProps } from "react";
import { useMayAct } from "../api/use";

export const MAY_ONLY_LOOK = "This access key may only look. Sign in with one that has full rights to change anything.";

/** `unless`: another reason why it cannot be done now. */
export function ActButton({
  unless,
  title,
  disabled,
  ...button
}: ComponentProps<"button"> & { unless?: string | null }) {
  const mayAct = useMayAct();
  const reason = mayAct ? (unless ?? null) : MAY_ONLY_LOOK;
  return (
    <button
      type="button"
      {...button}
      disabled={disabled === true || reason !== null}
      title={reason ?? title}
      {...(reason === null ? {} : { "aria-description": reason })}
    />
  );
}
