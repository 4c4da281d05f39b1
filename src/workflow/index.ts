export { WorkflowBuilder } from './builder.ts';
export type {
  Answer,
  Answers,
  BranchStep,
  EachInput,
  EachItem,
  EachWait,
  Joined,
  Member,
  Members,
  OtherwiseStep,
  OutputOf,
  RaceStep,
  RepeatStep,
  RoundScope,
  ScatterStep,
  Winner,
} from './composites/forms.ts';
export {
  defineWorkflow,
  type ValidatedWorkflowOptions,
  type WorkflowData,
  type WorkflowOptions,
} from './define.ts';
export {
  type Migrate,
  type RecordedSteps,
  Workflow,
  type WorkflowFacts,
} from './definition.ts';
export { WorkflowEngine } from './engine.ts';
export {
  CycleError,
  DecisionRefusedError,
  DefinitionMismatchError,
  DuplicateStepError,
  GateRejectedError,
  JoinError,
  type JoinMember,
  NoExecutorError,
  RepeatLimitError,
  RunExistsError,
  RunFailedError,
  type StepFailure,
  UnknownStepError,
} from './errors.ts';
export type { RunEvent, SkipReason } from './events.ts';
export type { StepExecutor } from './executor.ts';
export { type ExplainOptions, explain } from './explain/explain.ts';
export { Explanation } from './explain/explanation.ts';
export type { DagreGraph, DagreGraphClass, DagreModule } from './explain/svg.ts';
export type {
  CriticalPath,
  ExplainedCost,
  ExplainedMember,
  ExplainedPolicy,
  ExplainedStep,
  ExplainedWorkflow,
  ExplainWarning,
  PolicyLevel,
  StepCondition,
  StepKind,
  WarningCode,
} from './explain/types.ts';
export {
  defineFlow,
  type Flow,
  type FlowBody,
  type FlowContext,
  type FlowOptions,
  type FlowStepOptions,
  type ValidatedFlowOptions,
} from './flow.ts';
export type {
  Fallback,
  FunctionStep,
  GateStep,
  RequirementStep,
  ScopeStep,
  StepFacts,
  StepScope,
  TargetStep,
  Undo,
  WaitStep,
} from './forms.ts';
export {
  type Approval,
  type DecisionOf,
  type Escalation,
  type GateOptions,
  type GateTarget,
  gate,
  type OnReject,
} from './gates.ts';
export { type StepNode, workflowGraph } from './graph.ts';
export type { DecideOptions, PendingGate, Run } from './handle.ts';
export {
  type AtLeast,
  atLeast,
  type Before,
  before,
  type Join,
  type JoinOption,
  type Quorum,
  quorum,
  type Settled,
} from './joins.ts';
export type { RunOptions, RunRetention, WorkflowEngineOptions } from './options.ts';
export type { PlanParameter } from './plans/parameters.ts';
export { InvalidPlanError, type PlanProblem } from './plans/problems.ts';
export { planSchema } from './plans/schema.ts';
export type { PlanTables } from './plans/tables.ts';
export type { FromJSONOptions, PlanDocument, PlanStep } from './plans/types.ts';
export type { LeftRun, ResumeReport } from './resume.ts';
export {
  InterruptedError,
  NoStoreError,
  SupersededError,
  SuspendedError,
  UnreadableRunError,
} from './resume-errors.ts';
export { GateNotOpenError, RunNotActiveError, UndoFailedError } from './run-errors.ts';
export type { WorkflowStats } from './run-registry.ts';
export type { RunSnapshot, StepSnapshot } from './snapshot.ts';
export type { RunStatus, StepStatus } from './state.ts';
export type {
  Composite,
  CompositeMember,
  Expansion,
  ExpansionHost,
  FailureRule,
  StepDefinition,
  StepFunction,
  StepTarget,
  UndoDefinition,
  WorkTarget,
} from './step.ts';
export type { StepData } from './step-data.ts';
export { ScheduleExistsError } from './timetable.ts';
export type {
  OptionalInput,
  RequiredInput,
  Schedule,
  ScheduleEvent,
  ScheduleFacts,
  ScheduleInput,
  ScheduleOptions,
  ScheduleStats,
} from './timetable-options.ts';
export type { UndoReport } from './undo-report.ts';
export {
  type SignalOptions,
  type SignalTarget,
  signal,
  sleep,
  sleepUntil,
  type TimerTarget,
  type Wait,
} from './waits.ts';
