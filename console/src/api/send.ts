/** One request to the server this page came from, signed where there is a key. */
import { type AccessKey, currentSession, lock } from "./session";

/** What the server refused, in its own words. `code` is AWS's name of the error, where there is one. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = code;
  }
}

/** The server could not be reached at all. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer. This page goes on by itself as soon as it does.");
  }
}

export interface Question {
  method: "GET" | "POST";
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string;
  region: string;
  signal?: AbortSignal;
}

/** The answer to a question, if it is a good one. Raises Refused, Unreachable; an AbortError when `signal` says so. */
export async function send(question: Question): Promise<Response> {
  const { method, path, query = {}, body, signal } = question;
  const key = currentSession().key;
  const headers = await withAuthorization(question, key);
  const search = new URLSearchParams(query).toString();
  const init: RequestInit = { method, headers, credentials: "omit", cache: "no-store" };
  if (body !== undefined) init.body = body;
  if (signal !== undefined) init.signal = signal;
  let response: Response;
  try {
    response = await fetch(search === "" ? path : `${path}?${search}`, init);
  } catch (problem) {
    if (signal?.aborted === true) throw problem;
    throw new Unreachable();
  }
  if (response.ok) return response;
  const refusal = await readRefusal(response);
  if (NOT_LET_IN.has(refusal.code) || refusal.status === 401) lock(key, key === null ? null : refusal.message);
  throw refusal;
}

const NOT_LET_IN = new Set([
  "MissingAuthenticationTokenException",
  "IncompleteSignatureException",
  "UnrecognizedClientException",
  "InvalidSignatureException",
]);

async function readRefusal(response: Response): Promise<Refused> {
  const text = await response.text();
  try {
    const told = JSON.parse(text) as { __type?: string; message?: string; Message?: string };
    const code = (told.__type ?? "Error").split("#").at(-1) ?? "Error";
    return new Refused(code, told.message ?? told.Message ?? text, response.status);
  } catch {
    const code = response.headers.get("x-amzn-errortype") ?? `HTTP ${response.status}`;
    return new Refused(code, text.trim() || response.statusText, response.status);
  }
}

/** Without a key the header only says which region is meant: the server then takes anybody's. */
async function withAuthorization(question: Question, key: AccessKey | null): Promise<Record<string, string>> {
  const { headers = {}, region } = question;
  if (key === null) {
    const scope = `${new Date().toISOString().slice(0, 10).replaceAll("-", "")}/${region}/states/aws4_request`;
    return {
      ...headers,
      authorization: `AWS4-HMAC-SHA256 Credential=console/${scope}, SignedHeaders=host, Signature=0`,
    };
  }
  const { signed } = await import("./signing"); // most servers ask for no keys: they need no library for it
  return signed(question, key);
}
