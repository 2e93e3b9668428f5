/** A first workflow: small, of several kinds of states, and slow enough to be seen running. */

const STATES = {
  "Set the table": {
    Type: "Pass",
    Output: { guest: "{% $exists($states.input.guest) ? $states.input.guest : 'you' %}" },
    Next: "Cook",
  },
  Cook: {
    Type: "Parallel",
    Branches: [
      {
        StartAt: "Knead",
        States: { Knead: { Type: "Wait", Seconds: 2, Next: "Bake" }, Bake: { Type: "Wait", Seconds: 3, End: true } },
      },
      { StartAt: "Stir the sauce", States: { "Stir the sauce": { Type: "Wait", Seconds: 4, End: true } } },
    ],
    Output: "{% $states.input %}",
    Next: "Serve",
  },
  Serve: { Type: "Succeed", Output: { served: "{% 'A pizza for ' & $states.input.guest %}" } },
};

export const SAMPLE = {
  name: "first-pizza",
  definition: JSON.stringify(
    { Comment: "A first workflow", QueryLanguage: "JSONata", StartAt: "Set the table", States: STATES },
    null,
    2,
  ),
  input: '{"guest": "Ada"}',
  /** Asked for by the API, of no meaning here. */
  roleArn: "arn:aws:iam::123456789012:role/any",
};

/** The same with the project's own library, for `pizza.py`. */
export const PYTHON = `from stepwell import sleep, task, workflow


@task
def make_dough(grams: int) -> str:
    return f"{grams} g of dough"


@task
def bake(dough: str) -> str:
    return f"a pizza of {dough}"


@workflow
def pizza(grams: int) -> str:
    dough = make_dough(grams)
    sleep(seconds=5)  # it rises
    return bake(dough)
`;

/** What deploys and starts it, for `order.py`, with `stepwell worker pizza` beside it. */
export function orderAt(endpoint: string): string {
  return `import stepwell
from pizza import pizza

client = stepwell.connect("${endpoint}")
print(client.deploy(pizza))
print(client.start(pizza, grams=300).result(timeout=60))
`;
}
