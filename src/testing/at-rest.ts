import { getEventListeners } from 'node:events';
import { CadreError, type Coordinator } from '../index.ts';

/** Something that should have ended and has not. */
export interface Leftover {
  /** What it is, such as `waiting tasks`. */
  readonly what: string;
  /** How many there are, 1 or more. */
  readonly count: number;
}

/** Options of {@link expectAtRest}. */
export interface AtRestOptions {
  /** The clock of the test, such as a `FakeClock`; its timers are counted, too. @default none */
  readonly clock?:
    | {
        /** Timers that would keep a process alive. */
        readonly pendingTimers: number;
      }
    | undefined;
  /** Signals of the test's own, which nobody should listen to any more. @default [] */
  readonly signals?: readonly AbortSignal[] | undefined;
}

/** A coordinator that should be at rest is not. */
export class NotAtRestError extends CadreError<'NOT_AT_REST'> {
  readonly code = 'NOT_AT_REST' as const;
  /** Everything that is left, never empty. */
  readonly leftovers: readonly Leftover[];

  constructor(leftovers: readonly Leftover[]) {
    super(`The coordinator is not at rest: ${describeLeftovers(leftovers)}`);
    this.leftovers = leftovers;
  }
}

/**
 * Checks that nothing is under way and nothing is left of what was: deadlines, handlers, requests, tasks, runs, and
 * where they are given the timers of a clock and the listeners on signals.
 *
 * Looks once, at this moment: let things come to rest before, with `await clock.settle()`. A handler that ignores its
 * signal is left until it settles or its grace period is over.
 *
 * @throws NotAtRestError
 */
export function expectAtRest(coordinator: Coordinator, options?: AtRestOptions): void {
  const leftovers = leftoversOf(coordinator, options);
  if (leftovers.length > 0) throw new NotAtRestError(leftovers);
}

/** Everything that keeps the coordinator from being at rest; empty when it is. */
export function leftoversOf(
  coordinator: Coordinator,
  { clock, signals = [] }: AtRestOptions = {},
): readonly Leftover[] {
  const { deadlines, handlers, messages, tasks, workflows } = coordinator.stats();
  const counts: Readonly<Record<string, number>> = {
    deadlines,
    'running handlers': handlers,
    'pending requests': messages.pending,
    'waiting requests': messages.waiting,
    'requests at a responder': messages.active,
    'waiting tasks': tasks.waiting,
    'tasks at an agent': tasks.active,
    'active runs': workflows.active,
    'timers of the clock': clock?.pendingTimers ?? 0,
    'listeners on signals': signals.reduce(
      (sum, signal) => sum + getEventListeners(signal, 'abort').length,
      0,
    ),
  };
  return Object.entries(counts)
    .filter(([, count]) => count !== 0)
    .map(([what, count]) => ({ what, count }));
}

/** Leftovers as a person reads them, such as `2 waiting tasks, 1 deadlines`. */
export function describeLeftovers(leftovers: readonly Leftover[]): string {
  return leftovers.map(({ what, count }) => `${count} ${what}`).join(', ');
}
