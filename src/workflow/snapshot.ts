import type { ErrorRecord } from '../kernel/errors.ts';
import type { RunEvent, SkipReason } from './events.ts';
import type { RunEntry } from './history.ts';
import type { Plan } from './plan.ts';
import type { RunState, RunStatus, StepStatus } from './state.ts';
import type { StepTimes } from './step-times.ts';
import type { UndoReport } from './undo-report.ts';

/** Where one step stands, without its output. */
export interface StepSnapshot {
  /** The step's id. */
  readonly id: string;
  /** Where the step stands. */
  readonly status: StepStatus;
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
  /** What was taken back when it failed or was cancelled; missing until then, and where no step says how. */
  readonly undo?: UndoReport;
  /** In the order of definition. */
  readonly steps: readonly StepSnapshot[];
}

/** What every event of a run carries. */
export interface RunPlace {
  readonly runId: string;
  readonly workflow: string;
  readonly parent: { readonly runId: string; readonly step: string } | undefined;
}

/** A run, to be shown to the world. */
export interface RecordedRun {
  readonly place: RunPlace;
  readonly plan: Plan;
  readonly state: RunState;
  readonly times: StepTimes;
  /** The wall time that the times of the state and the history count from. */
  readonly wallStart: number;
}

/** The state as plain data. */
export function snapshotOf(run: RecordedRun): RunSnapshot {
  const { place, plan, state, wallStart } = run;
  const { runId, workflow, parent } = place;
  const { status, startedAt, endedAt, error, undo } = state;
  return {
    id: runId,
    workflow,
    ...(parent === undefined ? {} : { parent }),
    status,
    ...(startedAt === undefined ? {} : { startedAt: wallStart + startedAt }),
    ...(endedAt === undefined ? {} : { endedAt: wallStart + endedAt }),
    ...(error === undefined ? {} : { error }),
    ...(undo === undefined ? {} : { undo }),
    steps: plan.ids.map((id, step) => stepSnapshot(run, id, step)),
  };
}

function stepSnapshot({ state, times, wallStart }: RecordedRun, id: string, step: number): StepSnapshot {
  const status = state.statusOf(step);
  const startedAt = times.startOf(step);
  // The history has no entry for a step that never started and was cancelled with its run.
  const endedAt = times.endOf(step) ?? (status === 'cancelled' ? state.endedAt : undefined);
  const reason = state.reasons?.get(step);
  const error = state.errors?.get(step);
  return {
    id,
    status,
    attempts: state.attemptsOf(step),
    ...(startedAt === undefined ? {} : { startedAt: wallStart + startedAt }),
    ...(endedAt === undefined ? {} : { endedAt: wallStart + endedAt }),
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
}

/** An entry of the history as the event that the world sees. The state must contain the entry already. */
export function eventOf(run: RecordedRun, entry: RunEntry): RunEvent {
  const { place, plan, wallStart } = run;
  const { runId, workflow, parent } = place;
  const { type, step, details } = entry;
  const at = wallStart + entry.at;
  const facts = { type, at, runId, workflow, ...(parent === undefined ? {} : { parent }), ...details };
  if (step < 0) return facts as RunEvent;
  return { ...facts, step: plan.ids[step]!, ...stepFacts(run, entry) } as RunEvent;
}

/** What the event of a step says beside what its entry says. */
function stepFacts({ state, times }: RecordedRun, { type, at, step, details }: RunEntry): object {
  const attempts = state.attemptsOf(step);
  if (type === 'step.started') return { attempt: details?.attempt ?? 1 };
  if (type === 'step.completed') return { attempts, durationMs: at - times.startOf(step)! };
  return type === 'step.failed' ? { attempts } : {};
}
