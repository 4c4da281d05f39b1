export {
  type Conditional,
  defineWorkflow,
  type FunctionStep,
  type RequirementStep,
  type ScopeStep,
  type StepData,
  type StepScope,
  type TargetStep,
  type Unconditional,
  type ValidatedWorkflowOptions,
  WorkflowBuilder,
  type WorkflowData,
  type WorkflowOptions,
} from './builder.ts';
export { Workflow, type WorkflowFacts } from './definition.ts';
export { WorkflowEngine, type WorkflowStats } from './engine.ts';
export {
  CycleError,
  DuplicateStepError,
  NoExecutorError,
  RunExistsError,
  RunFailedError,
  type StepFailure,
  UnknownStepError,
} from './errors.ts';
export type { RunEvent, SkipReason } from './events.ts';
export type { StepExecutor } from './executor.ts';
export { type StepNode, workflowGraph } from './graph.ts';
export type { Run } from './handle.ts';
export type { RunOptions, RunRetention, WorkflowEngineOptions } from './options.ts';
export type { RunSnapshot, StepSnapshot } from './snapshot.ts';
export type { RunStatus, StepStatus } from './state.ts';
export type { StepDefinition, StepFunction, StepTarget } from './step.ts';
