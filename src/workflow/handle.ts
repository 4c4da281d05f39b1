import type { Runtime } from '../kernel/runtime.ts';
import type { Scope } from '../kernel/scope.ts';
import type { PolicySettings } from '../resilience/index.ts';
import type { Workflow } from './definition.ts';
import type { RunEvent } from './events.ts';
import type { StepExecutor, StepJob } from './executor.ts';
import type { RunSnapshot } from './snapshot.ts';
import type { RunStatus } from './state.ts';

/** A started run, as its starter holds it. */
export interface Run<O = unknown> {
  /** The id that was given at the start; else a new one, unique over processes. */
  readonly id: string;
  /** The workflow's name. */
  readonly workflow: string;
  /** Where the run stands now. */
  readonly status: RunStatus;
  /** Settles once with the output or the error. Left alone, a failure is not an unhandled rejection. */
  readonly result: Promise<O>;
  /** What happened in this run so far and from now on, in true order; ends with the run. May be read more than once. */
  events(): AsyncIterableIterator<RunEvent, undefined>;
  /** Stops it and everything under it at once; `result` rejects with `CancelledError`, `reason` as its cause. */
  cancel(reason?: unknown): void;
  /** Where the run and each of its steps stand now. */
  snapshot(): RunSnapshot;
}

/** The step that a run is part of. */
export interface ParentStep {
  readonly runId: string;
  readonly step: string;
  /** The same over the attempts at the step, so that the keys of the steps below it are, too. */
  readonly idempotencyKey: string;
}

/** What a run needs of its engine. */
export interface RunHost {
  readonly runtime: Runtime;
  readonly executor: StepExecutor;
  readonly policy: PolicySettings | undefined;
  readonly graceMs: number;
  /** The longest time of an attempt at a step that is code, where nobody says. */
  readonly codeTimeoutMs: number;
  /** Starts a run as a part of a step. */
  startWithin(scope: Scope, parent: ParentStep, workflow: Workflow, input: unknown): StepJob;
  runEnded(run: Run): void;
  stepAbandoned(): void;
}
