import type { ErrorRecord } from '../kernel/errors.ts';

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
      /** Every step has ended well or was skipped, and the output is made. */
      readonly type: 'run.completed';
    })
  | (RunFacts & {
      /** A step failed and nothing is left to do, the input was refused, or the time was up. */
      readonly type: 'run.failed';
      /** What the run's result was rejected with. */
      readonly error: ErrorRecord;
    })
  | (RunFacts & {
      /** The run was stopped: by its signal, by `cancel()`, or with what it was part of. */
      readonly type: 'run.cancelled';
      /** What the run's result was rejected with. */
      readonly error: ErrorRecord;
    })
  | (StepFacts & {
      /** An attempt begins. */
      readonly type: 'step.started';
      /** The number of the attempt; 1 for the first. */
      readonly attempt: number;
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
      /** The step was under way when the run was stopped. */
      readonly type: 'step.cancelled';
    });
