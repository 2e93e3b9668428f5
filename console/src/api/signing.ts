/** Signature Version 4, as every AWS SDK makes it: a library of its own, loaded once there is a key. */
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Question } from "./send";
import type { AccessKey } from "./session";

/** The headers of a question, and those that prove that the key's holder asks it. */
export async function signed(question: Question, key: AccessKey): Promise<Record<string, string>> {
  const { method, path, query = {}, headers = {}, body, region } = question;
  const signer = new SignatureV4({
    service: "states",
    region,
    credentials: { accessKeyId: key.id, secretAccessKey: key.secret },
    sha256: Sha256,
  });
  const request = await signer.sign({
    method,
    protocol: location.protocol,
    hostname: location.hostname,
    path,
    query,
    headers: { ...headers, host: location.host },
    ...(body === undefined ? {} : { body }),
  });
  const { host: _, ...sent } = request.headers; // a page may not set it: the browser does
  return sent;
}
