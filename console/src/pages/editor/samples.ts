/** Machines to begin with. */

export interface Sample {
  name: string;
  says: string;
  definition: object;
}

const HELLO = {
  Comment: "Say hello",
  QueryLanguage: "JSONata",
  StartAt: "Greet",
  States: {
    Greet: {
      Type: "Pass",
      Output: { greeting: "{% 'Hello, ' & ($states.input.name ? $states.input.name : 'world') & '!' %}" },
      End: true,
    },
  },
};

const CHOICE = {
  Comment: "Small orders go through, large ones wait a moment, others are refused",
  StartAt: "How large?",
  States: {
    "How large?": {
      Type: "Choice",
      Choices: [
        { Variable: "$.total", NumericLessThan: 100, Next: "Accept" },
        { Variable: "$.total", NumericLessThan: 1000, Next: "Think it over" },
      ],
      Default: "Refuse",
    },
    "Think it over": { Type: "Wait", Seconds: 5, Next: "Accept" },
    Accept: { Type: "Pass", Result: { accepted: true }, ResultPath: "$.answer", End: true },
    Refuse: { Type: "Fail", Error: "Order.TooLarge", Cause: "Nobody may order for 1000 or more." },
  },
};

const MAP = {
  Comment: "Work on every line of an order, three at once, and add up",
  QueryLanguage: "JSONata",
  StartAt: "Each line",
  States: {
    "Each line": {
      Type: "Map",
      Items: "{% $states.input.lines %}",
      MaxConcurrency: 3,
      ItemProcessor: {
        ProcessorConfig: { Mode: "INLINE" },
        StartAt: "Price",
        States: {
          Price: {
            Type: "Pass",
            Output: { sku: "{% $states.input.sku %}", price: "{% $states.input.amount * $states.input.each %}" },
            Next: "Rest",
          },
          Rest: { Type: "Wait", Seconds: 1, End: true },
        },
      },
      Next: "Add up",
    },
    "Add up": { Type: "Succeed", Output: { lines: "{% $states.input %}", total: "{% $sum($states.input.price) %}" } },
  },
};

const APPROVAL = {
  Comment: "Ask a person, and wait up to a week for the answer: it comes with the task token",
  StartAt: "Ask the manager",
  States: {
    "Ask the manager": {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: {
        QueueUrl: "https://sqs.us-east-1.amazonaws.com/123456789012/approvals",
        MessageBody: { "order.$": "$.order", "token.$": "$$.Task.Token" },
      },
      TimeoutSeconds: 604800,
      ResultPath: "$.answer",
      Catch: [{ ErrorEquals: ["States.Timeout"], ResultPath: "$.error", Next: "Nobody answered" }],
      Next: "Approved?",
    },
    "Approved?": {
      Type: "Choice",
      Choices: [{ Variable: "$.answer.approved", BooleanEquals: true, Next: "Deliver" }],
      Default: "Refuse",
    },
    Deliver: { Type: "Succeed" },
    Refuse: { Type: "Fail", Error: "Order.Refused" },
    "Nobody answered": { Type: "Fail", Error: "Order.NotAnswered" },
  },
};

const PARALLEL = {
  Comment: "Two things at once, the first tried again when it fails",
  StartAt: "Both",
  States: {
    Both: {
      Type: "Parallel",
      Branches: [
        {
          StartAt: "Charge",
          States: {
            Charge: {
              Type: "Task",
              Resource: "arn:aws:states:::lambda:invoke",
              Parameters: { FunctionName: "charge", "Payload.$": "$" },
              ResultSelector: { "receipt.$": "$.Payload" },
              TimeoutSeconds: 30,
              Retry: [
                { ErrorEquals: ["Card.Declined"], MaxAttempts: 0 },
                {
                  ErrorEquals: ["States.ALL"],
                  IntervalSeconds: 2,
                  BackoffRate: 2,
                  MaxAttempts: 4,
                  JitterStrategy: "FULL",
                },
              ],
              End: true,
            },
          },
        },
        { StartAt: "Pack", States: { Pack: { Type: "Pass", Result: { packed: true }, End: true } } },
      ],
      Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Apologise" }],
      Next: "Done",
    },
    Done: { Type: "Succeed" },
    Apologise: { Type: "Fail", ErrorPath: "$.error.Error", CausePath: "$.error.Cause" },
  },
};

export const SAMPLES: readonly Sample[] = [
  { name: "hello", says: "One state, in JSONata", definition: HELLO },
  { name: "choice", says: "Which way, and a wait", definition: CHOICE },
  { name: "map", says: "Every item of a list, three at once", definition: MAP },
  { name: "approval", says: "Ask a person, wait for the answer", definition: APPROVAL },
  { name: "parallel", says: "Two branches, retries, a catcher", definition: PARALLEL },
];

export function textOf({ definition }: Sample): string {
  return JSON.stringify(definition, null, 2);
}
