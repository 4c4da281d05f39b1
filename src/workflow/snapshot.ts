import type { ErrorRecord } from '../kernel/errors.ts';
import type { RunEvent, SkipReason } from './events.ts';
import type { Plan } from './plan.ts';
import type { RunEntry, RunState, RunStatus, StepState } from './state.ts';

/** Where one step stands, without its output. */
export interface StepSnapshot {
  /** The step's id. */
  readonly id: string;
  /** Where the step stands. */
  readonly status: StepState['status'];
  /** Attempts so far; 0 for a step that never started. */
  readonly attempts: number;
  /** When its first attempt started, in epoch milliseconds; missing when none did. */
  readonly startedAt?: number;
  /** When it ended, in epoch milliseconds; missing until then. */
  readonly endedAt?: number;
  /** Why it was skipped. */
  readonly reason?: SkipReason;
  /** Why it failed. */
  readonly error?: ErrorRecord;
}

/** Where a run stands at one moment, as plain data. Times are epoch milliseconds. */
export interface RunSnapshot {
  /** The run's id. */
  readonly id: string;
  /** The workflow's name. */
  readonly workflow: string;
  /** The run and step that it is part of, if it is part of one. */
  readonly parent?: {
    /** The other run's id. */
    readonly runId: string;
    /** The id of the step. */
    readonly step: string;
  };
  /** Where the run stands. */
  readonly status: RunStatus;
  /** When its first steps began; missing until then. */
  readonly startedAt?: number;
  /** When it ended; missing until then. */
  readonly endedAt?: number;
  /** Why it failed or was cancelled. */
  readonly error?: ErrorRecord;
  /** In the order of definition. */
  readonly steps: readonly StepSnapshot[];
}

/** What every event of a run carries. */
export interface RunIdentity {
  readonly runId: string;
  readonly workflow: string;
  readonly parent: { readonly runId: string; readonly step: string } | undefined;
}

/** The state as plain data. */
export function snapshotOf(
  { runId, workflow, parent }: RunIdentity,
  plan: Plan,
  state: RunState,
): RunSnapshot {
  const { status, startedAt, endedAt, error } = state;
  return {
    id: runId,
    workflow,
    ...(parent === undefined ? {} : { parent }),
    status,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(error === undefined ? {} : { error }),
    steps: plan.steps.map(({ id }, step) => stepSnapshot(id, state.steps[step] as StepState)),
  };
}

function stepSnapshot(id: string, state: StepState): StepSnapshot {
  return {
    id,
    status: state.status,
    attempts: 'attempts' in state ? state.attempts : 0,
    ...('startedAt' in state && state.startedAt !== undefined ? { startedAt: state.startedAt } : {}),
    ...('endedAt' in state ? { endedAt: state.endedAt } : {}),
    ...('reason' in state ? { reason: state.reason } : {}),
    ...('error' in state ? { error: state.error } : {}),
  };
}

/** An entry of the history as the event that the world sees. The state must contain the entry already. */
export function eventOf(
  { parent, runId, workflow }: RunIdentity,
  plan: Plan,
  state: RunState,
  entry: RunEntry,
): RunEvent {
  const facts = { at: entry.at, runId, workflow, ...(parent === undefined ? {} : { parent }) };
  if (!('step' in entry)) return { ...facts, ...entry };
  const step = plan.steps[entry.step]!.id;
  const now = state.steps[entry.step]!;
  switch (entry.type) {
    case 'step.completed': {
      const { attempts, startedAt } = now as StepState & { status: 'completed' };
      return { ...facts, type: entry.type, step, attempts, durationMs: entry.at - startedAt };
    }
    case 'step.failed':
      return {
        ...facts,
        type: entry.type,
        step,
        attempts: 'attempts' in now ? now.attempts : 0,
        error: entry.error,
      };
    default:
      return { ...facts, ...entry, step };
  }
}
