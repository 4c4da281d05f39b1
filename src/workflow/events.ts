import type { ErrorRecord } from '../kernel/errors.ts';

/** Why a step did not run: its `when` said no, or a step before it has no output to give. */
export type SkipReason =
  | { readonly kind: 'condition' }
  | { readonly kind: 'dependency' /** The step that failed or was skipped. */; readonly step: string };

/** What every event of a run tells. */
interface RunFacts {
  readonly at: number;
  readonly runId: string;
  readonly workflow: string;
  /** The run and step that this run is part of, if it is part of one. */
  readonly parent?: { readonly runId: string; readonly step: string };
}

interface StepFacts extends RunFacts {
  readonly step: string;
}

/** What happens in the workflow engine. */
export type RunEvent =
  | (RunFacts & { readonly type: 'run.started' })
  | (RunFacts & { readonly type: 'run.completed' })
  | (RunFacts & { readonly type: 'run.failed'; readonly error: ErrorRecord })
  | (RunFacts & { readonly type: 'run.cancelled'; readonly error: ErrorRecord })
  | (StepFacts & { readonly type: 'step.started'; readonly attempt: number })
  | (StepFacts & { readonly type: 'step.progressed'; readonly value: unknown })
  | (StepFacts & { readonly type: 'step.completed'; readonly attempts: number; readonly durationMs: number })
  | (StepFacts & {
      /** An attempt failed and another follows after `delayMs`. */
      readonly type: 'step.retried';
      /** The number of the attempt that follows. */
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: ErrorRecord;
    })
  | (StepFacts & { readonly type: 'step.failed'; readonly attempts: number; readonly error: ErrorRecord })
  | (StepFacts & { readonly type: 'step.skipped'; readonly reason: SkipReason })
  | (StepFacts & { readonly type: 'step.cancelled' });
