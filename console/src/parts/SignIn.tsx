/** Asks for an access key when the server does. The secret stays in this tab and signs requests. */
import { useState } from "react";
import { signIn, useSession } from "../api/session";
import { Dialog } from "./Dialog";

export function SignIn() {
  const { refusal } = useSession();
  const [id, setId] = useState("");
  const [secret, setSecret] = useState("");
  return (
    <Dialog title="This server asks for an access key" onClose={() => {}}>
      <form
        style={{ display: "grid", gap: "var(--space-3)" }}
        onSubmit={(event) => {
          event.preventDefault();
          signIn({ id: id.trim(), secret: secret.trim() });
        }}
      >
        <p className="faint">
          One of those in the file that <code>stepwell serve --access-keys</code> names. It stays in this tab until you
          close it, and is never sent: requests are signed with it.
        </p>
        {refusal !== null && <p role="alert">{refusal}</p>}
        <label>
          Access key id
          <input
            value={id}
            onChange={(event) => setId(event.target.value)}
            autoComplete="username"
            required
            autoFocus
          />
        </label>
        <label>
          Secret access key
          <input
            type="password"
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
            autoComplete="current-password"
            required
          />
        </label>
        <button className="primary">Sign in</button>
      </form>
    </Dialog>
  );
}
