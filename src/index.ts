// The front door. Names by room, from the bottom of the house to the top.

// agents
export {
  type Agent,
  type AgentEvent,
  AgentExistsError,
  AgentGoneError,
  type AgentInfo,
  AgentRegistry,
  type AgentRegistryOptions,
  type AgentStatus,
  type Candidate,
  type Capability,
  type CapabilityOptions,
  type CapabilityReference,
  defineAgent,
  defineCapability,
  type NamedAgentOptions,
  type RankedCandidate,
  type Rejection,
  type ServingAgentOptions,
  UnknownAgentError,
  type UnregisterOptions,
} from './agents/index.ts';
// coordinator
export {
  type CadreEvent,
  type CloseOptions,
  type CloseReport,
  Coordinator,
  type CoordinatorEvent,
  type CoordinatorOptions,
  type CoordinatorStats,
} from './coordinator/index.ts';
// kernel
export { type Clock, systemClock, type Timer } from './kernel/clock.ts';
export { type Duration, durationMs } from './kernel/durations.ts';
export {
  CadreError,
  type CadreErrorOptions,
  CancelledError,
  ClosedError,
  describeError,
  type ErrorRecord,
  FullError,
  HandlerError,
  InvalidNameError,
  InvalidOptionsError,
  isCadreError,
  TimeoutError,
} from './kernel/errors.ts';
export type { BaseEvent, EventHub, EventListener, EventStream, EventStreamOptions } from './kernel/events.ts';
export type { Logger } from './kernel/logger.ts';
export type { Priority } from './kernel/priority.ts';
export {
  type Schema,
  type SchemaInput,
  type SchemaIssue,
  type SchemaOutput,
  SchemaViolationError,
} from './kernel/schema.ts';
export type {
  Ask,
  AskOptions,
  Callee,
  HandlerContext,
  Requirement,
  Runnable,
  SomeCapability,
} from './kernel/work.ts';
// messaging
export {
  type Message,
  MessageBroker,
  type MessageBrokerOptions,
  type MessageEvent,
  type MessageHandler,
  type MessageStats,
  memoryTransport,
  NoResponderError,
  type PublishOptions,
  type Reply,
  type ReplyWatcher,
  type RequestContext,
  type RequestHandler,
  type RequestOptions,
  type Responder,
  type RespondOptions,
  type Subscriber,
  TopicTakenError,
  type Transport,
} from './messaging/index.ts';
// resilience
export type { Backoff, BackoffSettings, Policy, PolicySettings } from './resilience/index.ts';
// routing
export {
  bestMatch,
  leastLoaded,
  RoutingError,
  type RoutingRequest,
  type RoutingStrategy,
  roundRobin,
} from './routing/index.ts';

// tasks
export {
  NoCandidateError,
  type SubmitOptions,
  TaskDistributor,
  type TaskDistributorOptions,
  type TaskEvent,
  type TaskHandle,
  type TaskStats,
  type TaskStatus,
  type TaskTarget,
} from './tasks/index.ts';
// workflow
export {
  type Conditional,
  CycleError,
  DuplicateStepError,
  defineWorkflow,
  type FunctionStep,
  NoExecutorError,
  type RequirementStep,
  type Run,
  type RunEvent,
  RunExistsError,
  RunFailedError,
  type RunOptions,
  type RunRetention,
  type RunSnapshot,
  type RunStatus,
  type ScopeStep,
  type SkipReason,
  type StepData,
  type StepDefinition,
  type StepFailure,
  type StepFunction,
  type StepNode,
  type StepScope,
  type StepSnapshot,
  type StepStatus,
  type StepTarget,
  type TargetStep,
  type Unconditional,
  UnknownStepError,
  type ValidatedWorkflowOptions,
  type Workflow,
  WorkflowBuilder,
  type WorkflowData,
  WorkflowEngine,
  type WorkflowEngineOptions,
  type WorkflowFacts,
  type WorkflowOptions,
  type WorkflowStats,
  workflowGraph,
} from './workflow/index.ts';
