/** A button that copies a text, and says that it has. */
import { useEffect, useState } from "react";
import { Icon } from "./Icon";

export function Copy({ text, label }: { text: string; label: string }) {
  const [done, setDone] = useState<"copied" | "refused" | null>(null);
  useEffect(() => {
    if (done === null) return;
    const later = setTimeout(() => setDone(null), 1_500);
    return () => clearTimeout(later);
  }, [done]);
  const copy = async (): Promise<void> => {
    try {
      await write(text);
      setDone("copied");
    } catch {
      setDone("refused"); // the browser did not let us; the text can be selected
    }
  };
  const said = done === "copied" ? "Copied" : done === "refused" ? "The browser refused" : label;
  return (
    <button type="button" className="quiet" title={said} onClick={() => void copy()}>
      <Icon name={done === "copied" ? "check" : done === "refused" ? "close" : "copy"} />
      <span className="visually-hidden" aria-live="polite">
        {said}
      </span>
    </button>
  );
}

/** The clipboard is only given to pages of this machine or over HTTPS; elsewhere the old way has to do. */
async function write(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("The browser does not let this page copy.");
}
