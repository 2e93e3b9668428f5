/** A call of the API as people would make it from elsewhere: with the AWS CLI, and with boto3. */

export interface Call {
  /** As the API names it: StartExecution. */
  operation: string;
  input: Readonly<Record<string, unknown>>;
  region: string;
  /** http://127.0.0.1:8083 */
  endpoint: string;
}

/** For these the SDKs put `sync-` in front of the host's name, which only AWS's own answer to. */
const PREFIXED: ReadonlySet<string> = new Set(["StartSyncExecution", "TestState"]);

/** For a POSIX shell. */
export function cliCall({ operation, input, region, endpoint }: Call): string {
  const given = membersOf(input);
  // Where the CLI would take a text for something else, it is given all of them as one JSON.
  const options = given.some(([, value]) => typeof value === "string" && MISTAKEN.test(value))
    ? [`--cli-input-json ${shell(JSON.stringify(Object.fromEntries(given)))}`]
    : given.map(([name, value]) => cliOption(OPTIONS.get(`${operation}.${name}`) ?? kebab(name), value));
  const parts = [
    `aws stepfunctions ${kebab(operation)}`,
    ...options,
    `--region ${shell(region)}`,
    `--endpoint-url ${shell(endpoint)}`,
  ];
  const first = PREFIXED.has(operation) ? "AWS_DISABLE_HOST_PREFIX_INJECTION=true \\\n" : "";
  return first + parts.join(" \\\n  ");
}

/** The CLI reads what is at such an address; a shell can hand over no NUL, and UTF-8 no half of a pair. */
const MISTAKEN = /^(?:fileb?|https?):\/\/|\0|\p{Surrogate}/iu;

/** Options that are not called as their members, which are options of the CLI's own. */
const OPTIONS: ReadonlyMap<string, string> = new Map([["SendTaskSuccess.output", "task-output"]]);

function cliOption(option: string, value: unknown): string {
  if (value === true) return `--${option}`;
  if (value === false) return `--no-${option}`;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // One that begins with a dash would be taken for the next option.
  return `--${option}${text.startsWith("-") ? "=" : " "}${shell(text)}`;
}

/** `stateMachineArn` → `state-machine-arn`. */
function kebab(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, "-$&").toLowerCase();
}

const HARMLESS = /^[\w@%+=:,./-]+$/;

function shell(text: string): string {
  return HARMLESS.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function boto3Call({ operation, input, region, endpoint }: Call): string {
  const config = PREFIXED.has(operation) ? "    config=Config(inject_host_prefix=False),\n" : "";
  const given = membersOf(input).map(([name, value]) => `    ${name}=${python(value)},\n`);
  return (
    `import boto3\n${config === "" ? "" : "from botocore.config import Config\n"}\n` +
    `states = boto3.client(\n    "stepfunctions",\n    region_name=${python(region)},\n` +
    `    endpoint_url=${python(endpoint)},\n${config})\n` +
    `answer = states.${kebab(operation).replaceAll("-", "_")}(${given.length === 0 ? "" : `\n${given.join("")}`})\n`
  );
}

/** JSON and Python write texts and numbers alike; lists and objects too, but for their words. */
function python(value: unknown): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null) return "None";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") {
    return `{${membersOf(value as Record<string, unknown>)
      .map(([name, inner]) => `${python(name)}: ${python(inner)}`)
      .join(", ")}}`;
  }
  // A text with quotes of JSON in it is easier to read in single ones; of what JSON escapes, Python knows all but \/.
  if (typeof value === "string" && value.includes('"') && !/['\\\n]/.test(value)) {
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"')}'`;
  }
  return JSON.stringify(value);
}

function membersOf(input: Readonly<Record<string, unknown>>): [name: string, value: unknown][] {
  return Object.entries(input).filter(([, value]) => value !== undefined);
}
