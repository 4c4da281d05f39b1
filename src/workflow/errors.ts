import { CadreError, describeError, type ErrorRecord } from '../kernel/errors.ts';

/** A step depends on a step that does not exist. */
export class UnknownStepError extends CadreError<'UNKNOWN_STEP'> {
  readonly code = 'UNKNOWN_STEP' as const;
  /** The workflow's name. */
  readonly workflow: string;
  /** The id of the step whose `after` is wrong. */
  readonly step: string;
  /** The name in its `after` that no step has. */
  readonly missing: string;

  constructor(workflow: string, step: string, missing: string) {
    super(`Step "${step}" of workflow "${workflow}" comes after "${missing}", which is no step`);
    this.workflow = workflow;
    this.step = step;
    this.missing = missing;
  }
}

/** Two steps of a workflow have the same id. */
export class DuplicateStepError extends CadreError<'DUPLICATE_STEP'> {
  readonly code = 'DUPLICATE_STEP' as const;
  /** The workflow's name. */
  readonly workflow: string;
  /** The id that two steps have. */
  readonly step: string;

  constructor(workflow: string, step: string) {
    super(`Workflow "${workflow}" has two steps "${step}"`);
    this.workflow = workflow;
    this.step = step;
  }
}

/** Steps wait for one another in a circle. */
export class CycleError extends CadreError<'CYCLE'> {
  readonly code = 'CYCLE' as const;
  /** The workflow's name. */
  readonly workflow: string;
  /** The steps of the circle, each waiting for the one before it; the first stands at the end again. */
  readonly path: readonly string[];

  constructor(workflow: string, path: readonly string[]) {
    const shown = path.length > 12 ? [...path.slice(0, 6), '…', ...path.slice(-5)] : path;
    super(`The steps of workflow "${workflow}" form a cycle: ${shown.join(' → ')}`);
    this.workflow = workflow;
    this.path = path;
  }
}

/** A run of that id exists already. */
export class RunExistsError extends CadreError<'RUN_EXISTS'> {
  readonly code = 'RUN_EXISTS' as const;
  /** The id that is taken. */
  readonly runId: string;

  constructor(runId: string) {
    super(`A run "${runId}" exists already`);
    this.runId = runId;
  }
}

/** An engine that stands alone was given a step for an agent: there is nobody to give it to. */
export class NoExecutorError extends CadreError<'NO_EXECUTOR'> {
  readonly code = 'NO_EXECUTOR' as const;
  /** What the work was for, such as `research` or `agent ada`. */
  readonly target: string;

  constructor(target: string) {
    super(`This workflow engine has no executor for "${target}": use a Coordinator`);
    this.target = target;
  }
}

/** A step that ended without an output. */
export interface StepFailure {
  /** The step's id. */
  readonly step: string;
  /** Attempts that were made; 0 when its `when` or `input` failed. */
  readonly attempts: number;
  /** What the last attempt failed with. */
  readonly error: ErrorRecord;
}

/** One or more steps of a run failed. The error of the first one is `cause`, untouched. */
export class RunFailedError extends CadreError<'RUN_FAILED'> {
  readonly code = 'RUN_FAILED' as const;
  /** The run's id. */
  readonly runId: string;
  /** The workflow's name. */
  readonly workflow: string;
  /** Every step that failed, in the order of failing. */
  readonly failures: readonly StepFailure[];

  constructor(runId: string, workflow: string, failures: readonly StepFailure[], cause: unknown) {
    const [first, ...others] = failures;
    const where = first === undefined ? 'its output' : `step "${first.step}"`;
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    super(
      `Run "${runId}" of workflow "${workflow}" failed at ${where}${more}: ${(first?.error ?? describeError(cause)).message}`,
      {
        cause,
      },
    );
    this.runId = runId;
    this.workflow = workflow;
    this.failures = failures;
  }
}
