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

/** What became of one of the steps that a join waited for. */
export interface JoinMember {
  /** The step's id. */
  readonly step: string;
  /** Where it stood when the join could no longer be satisfied. */
  readonly status: 'pending' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled';
  /** What it failed with. */
  readonly error?: ErrorRecord;
}

/** The join of a step can no longer be satisfied: too many of its members ended without an output, or disagree. */
export class JoinError extends CadreError<'JOIN_FAILED'> {
  readonly code = 'JOIN_FAILED' as const;
  /** The id of the step that joins. */
  readonly step: string;
  /** The join in words, such as `at least 2`. */
  readonly policy: string;
  /** What became of each member, in the order of `after`. */
  readonly members: readonly JoinMember[];

  constructor(step: string, policy: string, members: readonly JoinMember[], options?: { cause: unknown }) {
    const counts = Object.entries(Object.groupBy(members, ({ status }) => status));
    const became = counts.map(([status, group]) => `${group.length} ${status}`).join(', ');
    super(`Step "${step}" joins ${policy} of ${members.length} steps: ${became || 'there is none'}`, options);
    this.step = step;
    this.policy = policy;
    this.members = members;
  }
}

/** The last round of a `repeat` that it may have has not been enough. */
export class RepeatLimitError extends CadreError<'REPEAT_LIMIT'> {
  readonly code = 'REPEAT_LIMIT' as const;
  /** The step's id. */
  readonly step: string;
  /** How many rounds there were. */
  readonly most: number;

  constructor(step: string, most: number) {
    super(`Step "${step}" was not done after ${most} rounds`);
    this.step = step;
    this.most = most;
  }
}

/** A gate was decided with a rejection, and its definition does not go on with one. */
export class GateRejectedError extends CadreError<'GATE_REJECTED'> {
  readonly code = 'GATE_REJECTED' as const;
  /** The id of the step that is the gate. */
  readonly step: string;
  /** The decision. */
  readonly decision: unknown;
  /** Those who agreed on it; none when it was the default. */
  readonly by: readonly string[];

  constructor(step: string, decision: unknown, by: readonly string[]) {
    super(`Gate "${step}" was rejected by ${by.length > 0 ? by.join(', ') : 'its default'}`);
    this.step = step;
    this.decision = decision;
    this.by = by;
  }
}

/** A decision does not count: the gate is closed, the role may not decide, or the person has decided already. */
export class DecisionRefusedError extends CadreError<'DECISION_REFUSED'> {
  readonly code = 'DECISION_REFUSED' as const;
  /** The run's id. */
  readonly runId: string;
  /** The id of the step. */
  readonly step: string;
  /** Why it does not count. */
  readonly reason: 'closed' | 'role' | 'repeated';

  constructor(runId: string, step: string, reason: 'closed' | 'role' | 'repeated') {
    const why = {
      closed: 'it is not open',
      role: 'this role may not decide',
      repeated: 'this person has decided',
    };
    super(`The decision at gate "${step}" of run "${runId}" does not count: ${why[reason]}`);
    this.runId = runId;
    this.step = step;
    this.reason = reason;
  }
}

/** The steps of a workflow are not those that a run began with, and its definition does not say what to do about it. */
export class DefinitionMismatchError extends CadreError<'DEFINITION_MISMATCH'> {
  readonly code = 'DEFINITION_MISMATCH' as const;
  /** The workflow's name. */
  readonly workflow: string;
  /** The run's id. */
  readonly runId: string;
  /** Ids of steps that the run did not have. */
  readonly added: readonly string[];
  /** Ids of steps that there are no more. */
  readonly removed: readonly string[];
  /** Ids of steps of another structure. */
  readonly changed: readonly string[];

  constructor(
    workflow: string,
    runId: string,
    changes: Pick<DefinitionMismatchError, 'added' | 'removed' | 'changed'>,
  ) {
    const { added, removed, changed } = changes;
    const parts = Object.entries({ added, removed, changed }).filter(([, ids]) => ids.length > 0);
    const shown = parts.map(
      ([what, ids]) => `${what}: ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''}`,
    );
    super(`Workflow "${workflow}" is not the one that run "${runId}" began with (${shown.join('; ')})`);
    this.workflow = workflow;
    this.runId = runId;
    this.added = added;
    this.removed = removed;
    this.changed = changed;
  }
}
