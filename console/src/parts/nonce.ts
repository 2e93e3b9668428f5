/** The nonce with which the server lets this page write style sheets: CodeMirror makes one of its theme. */
export function styleNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"], meta[property="csp-nonce"]');
  return meta === null ? "" : meta.nonce || meta.content;
}
