/** The nonce with which the server lets this page write style sheets: CodeMirror makes one of its theme. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
}
