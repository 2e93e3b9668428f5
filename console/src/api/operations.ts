/** The operations of the Step Functions API that the console calls. Times are seconds since the epoch. */

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";
export type MachineType = "STANDARD" | "EXPRESS";

export interface Diagnostic {
  severity: "ERROR" | "WARNING";
  code: string;
  message: string;
  location?: string;
}

export interface RoutingEntry {
  stateMachineVersionArn: string;
  weight: number;
}

export interface InspectionData {
  input?: string;
  afterArguments?: string;
  afterInputPath?: string;
  afterParameters?: string;
  result?: string;
  afterResultSelector?: string;
  afterResultPath?: string;
  variables?: string;
}

/** A HistoryEvent: `type`, `id`, `previousEventId`, `timestamp`, and one member with its details. */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  timestamp: number;
  type: string;
  [details: string]: unknown;
}

export interface Operations {
  ListStateMachineVersions: {
    input: { stateMachineArn: string; nextToken?: string; maxResults?: number };
    output: { stateMachineVersions: { stateMachineVersionArn: string; creationDate: number }[]; nextToken?: string };
  };
  ListStateMachineAliases: {
    input: { stateMachineArn: string; nextToken?: string; maxResults?: number };
    output: { stateMachineAliases: { stateMachineAliasArn: string; creationDate: number }[]; nextToken?: string };
  };
  DescribeStateMachineAlias: {
    input: { stateMachineAliasArn: string };
    output: {
      stateMachineAliasArn: string;
      name: string;
      description?: string;
      routingConfiguration: RoutingEntry[];
      creationDate: number;
      updateDate: number;
    };
  };
  CreateStateMachineAlias: {
    input: { name: string; description?: string; routingConfiguration: RoutingEntry[] };
    output: { stateMachineAliasArn: string; creationDate: number };
  };
  UpdateStateMachineAlias: {
    input: { stateMachineAliasArn: string; description?: string; routingConfiguration?: RoutingEntry[] };
    output: { updateDate: number };
  };
  DeleteStateMachineAlias: { input: { stateMachineAliasArn: string }; output: object };
  PublishStateMachineVersion: {
    input: { stateMachineArn: string; revisionId?: string; description?: string };
    output: { stateMachineVersionArn: string; creationDate: number };
  };
  DeleteStateMachineVersion: { input: { stateMachineVersionArn: string }; output: object };
  DescribeStateMachine: {
    input: { stateMachineArn: string };
    output: {
      stateMachineArn: string;
      name: string;
      status: "ACTIVE" | "DELETING";
      definition: string;
      roleArn: string;
      type: MachineType;
      creationDate: number;
      revisionId?: string;
      description?: string;
    };
  };
  DescribeStateMachineForExecution: {
    input: { executionArn: string };
    output: { stateMachineArn: string; name: string; definition: string; updateDate: number };
  };
  CreateStateMachine: {
    input: { name: string; definition: string; roleArn: string; type?: MachineType };
    output: { stateMachineArn: string; creationDate: number };
  };
  UpdateStateMachine: {
    input: {
      stateMachineArn: string;
      definition?: string;
      roleArn?: string;
      publish?: boolean;
      versionDescription?: string;
    };
    output: { updateDate: number; revisionId?: string; stateMachineVersionArn?: string };
  };
  DeleteStateMachine: { input: { stateMachineArn: string }; output: object };
  ValidateStateMachineDefinition: {
    input: { definition: string; type?: MachineType; severity?: "ERROR" | "WARNING"; maxResults?: number };
    output: { result: "OK" | "FAIL"; diagnostics: Diagnostic[]; truncated?: boolean };
  };
  TestState: {
    input: {
      definition: string;
      roleArn?: string;
      input?: string;
      inspectionLevel?: "INFO" | "DEBUG" | "TRACE";
      variables?: string;
      stateName?: string;
      mock?: { result?: string; errorOutput?: { error?: string; cause?: string } };
    };
    output: {
      status: "SUCCEEDED" | "FAILED" | "RETRIABLE" | "CAUGHT_ERROR";
      output?: string;
      error?: string;
      cause?: string;
      nextState?: string;
      inspectionData?: InspectionData;
    };
  };
  StartExecution: {
    input: { stateMachineArn: string; name?: string; input?: string };
    output: { executionArn: string; startDate: number };
  };
  StartSyncExecution: {
    input: { stateMachineArn: string; name?: string; input?: string };
    output: { executionArn: string; status: ExecutionStatus; output?: string; error?: string; cause?: string };
  };
  StopExecution: {
    input: { executionArn: string; error?: string; cause?: string };
    output: { stopDate: number };
  };
  RedriveExecution: { input: { executionArn: string; clientToken?: string }; output: { redriveDate: number } };
  DescribeExecution: {
    input: { executionArn: string };
    output: {
      executionArn: string;
      stateMachineArn: string;
      name: string;
      status: ExecutionStatus;
      startDate: number;
      stopDate?: number;
      input?: string;
      output?: string;
      error?: string;
      cause?: string;
      redriveCount?: number;
      redriveStatus?: "REDRIVABLE" | "NOT_REDRIVABLE" | "REDRIVABLE_BY_MAP_RUN";
      redriveStatusReason?: string;
      stateMachineVersionArn?: string;
      stateMachineAliasArn?: string;
    };
  };
  ListExecutions: {
    input: { stateMachineArn: string; statusFilter?: ExecutionStatus; maxResults?: number; nextToken?: string };
    output: {
      executions: { executionArn: string; name: string; status: ExecutionStatus; startDate: number }[];
      nextToken?: string;
    };
  };
  SendTaskSuccess: { input: { taskToken: string; output: string }; output: object };
  SendTaskFailure: { input: { taskToken: string; error?: string; cause?: string }; output: object };
  SendTaskHeartbeat: { input: { taskToken: string }; output: object };
}
