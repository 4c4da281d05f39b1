import type { ErrorRecord } from '../kernel/errors.ts';
import type { SkipReason } from './events.ts';
import type { Plan } from './plan.ts';

/** Where one step of a run stands. */
export type StepState =
  | { readonly status: 'pending' }
  | { readonly status: 'running'; readonly attempts: number; readonly startedAt: number }
  | {
      readonly status: 'completed';
      readonly attempts: number;
      readonly startedAt: number;
      readonly endedAt: number;
      readonly output: unknown;
    }
  | {
      readonly status: 'failed';
      readonly attempts: number;
      readonly startedAt: number | undefined;
      readonly endedAt: number;
      readonly error: ErrorRecord;
    }
  | { readonly status: 'skipped'; readonly endedAt: number; readonly reason: SkipReason }
  | {
      readonly status: 'cancelled';
      readonly attempts: number;
      readonly startedAt: number | undefined;
      readonly endedAt: number;
    };

/** Where a run stands: `pending` until its first steps begin, then `running`; the rest are ends. */
export type RunStatus = 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';

/** One line of a run's history. Steps are numbers: their place in the definition. */
export type RunEntry =
  | { readonly type: 'run.started'; readonly at: number }
  | { readonly type: 'step.started'; readonly at: number; readonly step: number; readonly attempt: number }
  | { readonly type: 'step.completed'; readonly at: number; readonly step: number; readonly output: unknown }
  | {
      readonly type: 'step.retried';
      readonly at: number;
      readonly step: number;
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: ErrorRecord;
    }
  | { readonly type: 'step.failed'; readonly at: number; readonly step: number; readonly error: ErrorRecord }
  | { readonly type: 'step.skipped'; readonly at: number; readonly step: number; readonly reason: SkipReason }
  | { readonly type: 'step.cancelled'; readonly at: number; readonly step: number }
  | { readonly type: 'run.completed'; readonly at: number }
  | { readonly type: 'run.failed' | 'run.cancelled'; readonly at: number; readonly error: ErrorRecord };

/** Everything that is known of a run; the sum of its history. */
export interface RunState {
  status: RunStatus;
  startedAt: number | undefined;
  endedAt: number | undefined;
  error: ErrorRecord | undefined;
  readonly steps: StepState[];
  /** For each step, how many steps before it have not ended. */
  readonly waits: number[];
  /** For each step that cannot run, the first step before it that left it without an output. Made at the first failure. */
  blockedBy: Map<number, number> | undefined;
  /** Steps whose turn has come, in that order; the first `taken` of them have been seen to. */
  readonly ready: number[];
  taken: number;
  /** Steps that have not ended. */
  left: number;
}

const PENDING: StepState = Object.freeze({ status: 'pending' });

/** The state of a run that has not begun. */
export function initialState(plan: Plan): RunState {
  return {
    status: 'pending',
    startedAt: undefined,
    endedAt: undefined,
    error: undefined,
    steps: new Array<StepState>(plan.steps.length).fill(PENDING),
    waits: plan.waits.slice(),
    blockedBy: undefined,
    ready: [...plan.roots],
    taken: 0,
    left: plan.steps.length,
  };
}

/**
 * The only place where a run changes: adds one entry of the history to the state, in place and without looking at
 * anything else, so that reading a history from the start gives the state again.
 */
export function reduce(plan: Plan, state: RunState, entry: RunEntry): void {
  const { steps } = state;
  switch (entry.type) {
    case 'run.started':
      state.status = 'running';
      state.startedAt = entry.at;
      return;
    case 'step.started':
      steps[entry.step] = {
        status: 'running',
        attempts: entry.attempt,
        startedAt: startOf(steps[entry.step]) ?? entry.at,
      };
      return;
    case 'step.retried':
      return;
    case 'step.completed': {
      const before = steps[entry.step] as StepState & { status: 'running' };
      const { attempts, startedAt } = before;
      steps[entry.step] = {
        status: 'completed',
        attempts,
        startedAt,
        endedAt: entry.at,
        output: entry.output,
      };
      ended(plan, state, entry.step, false);
      return;
    }
    case 'step.failed': {
      const before = steps[entry.step];
      const attempts = attemptsOf(before);
      steps[entry.step] = {
        status: 'failed',
        attempts,
        startedAt: startOf(before),
        endedAt: entry.at,
        error: entry.error,
      };
      ended(plan, state, entry.step, true);
      return;
    }
    case 'step.skipped':
      steps[entry.step] = { status: 'skipped', endedAt: entry.at, reason: entry.reason };
      ended(plan, state, entry.step, entry.reason.kind === 'dependency');
      return;
    case 'step.cancelled':
      steps[entry.step] = {
        status: 'cancelled',
        attempts: attemptsOf(steps[entry.step]),
        startedAt: startOf(steps[entry.step]),
        endedAt: entry.at,
      };
      ended(plan, state, entry.step, true);
      return;
    case 'run.completed':
      state.status = 'completed';
      state.endedAt = entry.at;
      return;
    case 'run.failed':
    case 'run.cancelled':
      state.status = entry.type === 'run.failed' ? 'failed' : 'cancelled';
      state.endedAt = entry.at;
      state.error = entry.error;
      for (const [step, { status }] of steps.entries()) {
        if (status === 'pending') {
          steps[step] = { status: 'cancelled', attempts: 0, startedAt: undefined, endedAt: entry.at };
        }
      }
      return;
    default:
      entry satisfies never;
  }
}

/** A step has ended: those after it wait for one less, and cannot run when it has nothing to give. */
function ended({ dependants, firstDependant }: Plan, state: RunState, step: number, blocks: boolean): void {
  state.left--;
  for (let edge = firstDependant[step]!; edge < firstDependant[step + 1]!; edge++) {
    const dependant = dependants[edge]!;
    if (blocks) {
      state.blockedBy ??= new Map();
      if (!state.blockedBy.has(dependant)) state.blockedBy.set(dependant, step);
    }
    if (--state.waits[dependant]! === 0) state.ready.push(dependant);
  }
}

function startOf(state: StepState | undefined): number | undefined {
  return state?.status === 'running' ? state.startedAt : undefined;
}

function attemptsOf(state: StepState | undefined): number {
  return state?.status === 'running' ? state.attempts : 0;
}
