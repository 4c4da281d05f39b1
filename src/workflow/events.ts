import type { ErrorRecord } from '../kernel/errors.ts';
import type { StepFailure } from './errors.ts';
import type { UndoReport } from './undo-report.ts';

/** Why a step did not run: its `when` said no, or a step before it has no output to give. */
export type SkipReason =
  | {
      /** Its own `when` said no. */
      readonly kind: 'condition';
    }
  | {
      /** A step before it has no output to give. */
      readonly kind: 'dependency';
      /** The id of that step, which failed, or was itself skipped for a dependency. */
      readonly step: string;
    };

/**
 * What every event of a run tells.
 *
 * @inline
 */
interface RunFacts {
  /** When it happened, in epoch milliseconds. */
  readonly at: number;
  /** The run's id. */
  readonly runId: string;
  /** The workflow's name. */
  readonly workflow: string;
  /** The run and step that this run is part of, if it is part of one. */
  readonly parent?: {
    /** The id of the run above. */
    readonly runId: string;
    /** The id of the step there. */
    readonly step: string;
  };
}

/**
 * What every event of a step tells.
 *
 * @inline
 */
interface StepFacts extends RunFacts {
  /** The step's id. */
  readonly step: string;
}

/** What happens in the workflow engine. */
export type RunEvent =
  | (RunFacts & {
      /** The input was accepted, and the first steps begin. */
      readonly type: 'run.started';
    })
  | (RunFacts & {
      /** A run that was unfinished in the store goes on, under a new owner. */
      readonly type: 'run.resumed';
    })
  | (RunFacts & {
      /** Its owner has given the run up before its end; it stays in the store, to be resumed. */
      readonly type: 'run.suspended';
      /** Why, unless the coordinator was closed: the store failed, or the run has another owner. */
      readonly error?: ErrorRecord;
    })
  | (RunFacts & {
      /** Every step has ended, those well that it could not go on without, and the output is made. */
      readonly type: 'run.completed';
      /** The steps that failed, and that it went on without; missing when none did. */
      readonly failures?: readonly StepFailure[];
    })
  | (RunFacts & {
      /** The run failed or was cancelled, and what it has done is taken back before it ends. */
      readonly type: 'run.undo-started';
      /** What it comes to. */
      readonly outcome: 'failed' | 'cancelled';
      /** Why. */
      readonly error: ErrorRecord;
    })
  | (RunFacts & {
      /** A step failed and nothing is left to do, the input was refused, or the time was up. */
      readonly type: 'run.failed';
      /** What the run's result was rejected with. */
      readonly error: ErrorRecord;
      /** What was taken back; missing where no step says how. */
      readonly undo?: UndoReport;
    })
  | (RunFacts & {
      /** The run was stopped: by its signal, by `cancel()`, or with what it was part of. */
      readonly type: 'run.cancelled';
      /** What the run's result was rejected with. */
      readonly error: ErrorRecord;
      /** What was taken back; missing where no step says how. */
      readonly undo?: UndoReport;
    })
  | (StepFacts & {
      /** An attempt begins. */
      readonly type: 'step.started';
      /** The number of the attempt; 1 for the first. */
      readonly attempt: number;
      /** The id of the run that carries the step out, where a workflow does and runs are stored. */
      readonly child?: string;
      /** True for a step of a flow that says how it is undone. */
      readonly undoable?: boolean;
      /** What a gate asks. */
      readonly ask?: string;
      /** When a wait is over, in epoch milliseconds. */
      readonly until?: number;
    })
  | (StepFacts & {
      /** The step's code told how far it is. Not part of the run's history. */
      readonly type: 'step.progressed';
      /** What the code passed to `context.progress`. */
      readonly value: unknown;
    })
  | (StepFacts & {
      /** The step has its output. */
      readonly type: 'step.completed';
      /** Attempts that were made. */
      readonly attempts: number;
      /** From the start of the first attempt to the output, in milliseconds. */
      readonly durationMs: number;
    })
  | (StepFacts & {
      /** An attempt failed and another follows after `delayMs`. */
      readonly type: 'step.retried';
      /** The number of the attempt that follows. */
      readonly attempt: number;
      /** The pause before it, in milliseconds. */
      readonly delayMs: number;
      /** What the attempt failed with. */
      readonly error: ErrorRecord;
    })
  | (StepFacts & {
      /** The last attempt failed; the steps after it are skipped. */
      readonly type: 'step.failed';
      /** Attempts that were made; 0 when its `when` or `input` failed. */
      readonly attempts: number;
      /** What the last attempt failed with. */
      readonly error: ErrorRecord;
    })
  | (StepFacts & {
      /** The step does not run. */
      readonly type: 'step.skipped';
      /** Why not. */
      readonly reason: SkipReason;
    })
  | (StepFacts & {
      /** The step was under way when the run was stopped, or nobody needs it any more. */
      readonly type: 'step.cancelled';
    })
  | (StepFacts & {
      /** The step failed for good, and what it says for that case follows. */
      readonly type: 'step.fell-back';
      /** What it failed with. */
      readonly error: ErrorRecord;
    })
  | (StepFacts & {
      /** The time of its join is up: it goes on with the members that have completed. */
      readonly type: 'step.join-timed-out';
    })
  | (StepFacts & {
      /** Somebody has decided at a gate, or voted. */
      readonly type: 'gate.voted';
      /** Who. */
      readonly by: string;
      /** In which role. */
      readonly role?: string;
    })
  | (StepFacts & {
      /** Nobody has decided at a gate for a while: more people may. */
      readonly type: 'gate.escalated';
      /** How often so far. */
      readonly level: number;
    })
  | (RunFacts & {
      /** A signal to the run is stored. */
      readonly type: 'signal.received';
      /** Its name. */
      readonly signal: string;
      /** Its number among those of the run. */
      readonly number: number;
      /** True when the schema of a step has seen it. */
      readonly checked?: boolean;
    })
  | (RunFacts & {
      /** A step has taken a signal. */
      readonly type: 'signal.taken';
      /** The signal's number. */
      readonly number: number;
      /** The run and the step, with `>` between. */
      readonly by: string;
    })
  | (RunFacts & {
      /** A step that has taken a signal ended without it: it is there for another. */
      readonly type: 'signal.returned';
      /** The signal's number. */
      readonly number: number;
    })
  | (StepFacts & {
      /** An attempt at the undoing of the step begins. */
      readonly type: 'undo.started';
      /** The number of the attempt. */
      readonly attempt: number;
    })
  | (StepFacts & {
      /** An attempt at the undoing of the step failed and another follows after `delayMs`. */
      readonly type: 'undo.retried';
      /** The number of the attempt that follows. */
      readonly attempt: number;
      /** The pause before it, in milliseconds. */
      readonly delayMs: number;
      /** What the attempt failed with. */
      readonly error: ErrorRecord;
    })
  | (StepFacts & {
      /** The step is undone. */
      readonly type: 'undo.completed';
    })
  | (StepFacts & {
      /** The step could not be undone. */
      readonly type: 'undo.failed';
      /** What the last attempt failed with. */
      readonly error: ErrorRecord;
    });
