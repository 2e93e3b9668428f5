/** Whether a key belongs to what is being typed, to a window over the page or to a shortcut of the browser's. */
export function isTyping(event: KeyboardEvent): boolean {
  const { target, ctrlKey, metaKey, altKey, defaultPrevented } = event;
  if (ctrlKey || metaKey || altKey || defaultPrevented || document.querySelector("dialog[open]") !== null) return true;
  return (
    target instanceof HTMLElement && target.closest("input, select, textarea, [contenteditable], [role=tree]") !== null
  );
}
