import type { Runtime } from '../kernel/runtime.ts';
import type { Scope } from '../kernel/scope.ts';
import type { PolicySettings } from '../resilience/index.ts';
import type { Workflow } from './definition.ts';
import type { RunEvent } from './events.ts';
import type { StepExecutor, StepJob } from './executor.ts';
import type { Inbox } from './inbox.ts';
import type { RunStore } from './run-store.ts';
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
  /**
   * Resolves when its start is stored: from then on it is not lost, at the store's durability. At once where there is
   * no store. Rejects when that fails, with what `result` rejects with.
   */
  readonly accepted: Promise<void>;
  /** What happened in this run so far and from now on, in true order; ends with the run. May be read more than once. */
  events(): AsyncIterableIterator<RunEvent, undefined>;
  /** Stops it and everything under it at once; `result` rejects with `CancelledError`, `reason` as its cause. */
  cancel(reason?: unknown): void;
  /** Where the run and each of its steps stand now. */
  snapshot(): RunSnapshot;
  /**
   * Sends a signal to this run and those that are part of it: the step that has waited longest for one of the name
   * takes it; when none waits, the first that will. Resolves when that is stored.
   *
   * Rejects with `InvalidNameError`, `SchemaViolationError`, `UnstorableError`, `FullError` when 1000 signals wait to be
   * taken, and `RunNotActiveError`; nothing was sent then.
   */
  sendSignal(name: string, value?: unknown): Promise<void>;
  /**
   * Decides an open gate of this run, or votes where several must agree. Resolves when that is stored: of decisions at
   * the same time, those that come too late reject.
   *
   * Rejects with `GateNotOpenError`, `DecisionRefusedError`, `SchemaViolationError`, `UnstorableError`, `InvalidOptionsError`
   * and `RunNotActiveError`; nothing was decided then.
   *
   * @param step The gate's id.
   */
  decide(step: string, decision: unknown, options?: DecideOptions): Promise<void>;
}

/** Options of {@link Run.decide}. */
export interface DecideOptions {
  /** Who decides; of one person one decision counts. Needed where a gate has a quorum above 1. @default nobody in particular */
  readonly by?: string | undefined;
  /** The role in which they decide. Needed where a gate says who may. It is yours to know that they have it. */
  readonly role?: string | undefined;
}

/** A gate that waits for a decision. */
export interface PendingGate {
  /** The id of its run. */
  readonly runId: string;
  /** The name of the run's workflow. */
  readonly workflow: string;
  /** Its step. */
  readonly step: string;
  /** The question. */
  readonly ask: string;
  /** The roles that may decide now; undefined for anybody. */
  readonly by: readonly string[] | undefined;
  /** How many must agree. */
  readonly quorum: number;
  /** Who has voted so far. */
  readonly votes: readonly string[];
  /** When it was opened, in epoch milliseconds. */
  readonly openedAt: number;
  /** Until when it is open, in epoch milliseconds; undefined for ever. */
  readonly deadlineAt: number | undefined;
}

/** The step that a run is part of. */
export interface ParentStep {
  readonly runId: string;
  /** The id of the outermost run. */
  readonly rootId: string;
  readonly step: string;
  /** The same over the attempts at the step, so that the keys of the steps below it are, too. */
  readonly idempotencyKey: string;
  /** The signals of the outermost run. */
  readonly inbox: Inbox;
}

/** The run that carries out a step of a stored run. */
export interface Child {
  readonly id: string;
  /** True when it may have begun already, under an owner before. */
  readonly resumed: boolean;
  /** Set when it is to be stopped, as its step was, and only takes back what it has done. */
  readonly stopReason?: unknown;
}

/** What a run needs of its engine. */
export interface RunHost {
  readonly runtime: Runtime;
  readonly executor: StepExecutor;
  readonly policy: PolicySettings | undefined;
  readonly graceMs: number;
  /** The longest time of an attempt at a step that is code, where nobody says. */
  readonly codeTimeoutMs: number;
  /** How large what is stored may be. */
  readonly payloadLimit: number;
  /** Where runs are kept; undefined where they are not. */
  readonly store: RunStore | undefined;
  /** Starts a run as a part of a step. */
  startWithin(
    scope: Scope,
    parent: ParentStep,
    workflow: Workflow,
    input: unknown,
    child: Child | undefined,
  ): StepJob;
  runEnded(run: Run): void;
  stepAbandoned(): void;
}
