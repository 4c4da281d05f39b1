import {
  Coordinator,
  type CoordinatorOptions,
  type Run,
  type RunEvent,
  WorkflowEngine,
  type WorkflowEngineOptions,
} from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';

/** An engine that stands alone, on a clock that obeys. */
export function startEngine(options: WorkflowEngineOptions = {}): {
  readonly clock: FakeClock;
  readonly engine: WorkflowEngine;
} {
  const clock = new FakeClock();
  return { clock, engine: new WorkflowEngine({ clock, ...options }) };
}

/** A coordinator on a clock that obeys. */
export function startHouse(options: CoordinatorOptions = {}): {
  readonly clock: FakeClock;
  readonly house: Coordinator;
} {
  const clock = new FakeClock();
  return { clock, house: new Coordinator({ clock, ...options }) };
}

/** Waits on the clock of the test; rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: FakeClock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.schedule(resolve, ms);
    signal?.addEventListener('abort', () => {
      timer.cancel();
      reject(signal.reason);
    });
  });
}

/** A step's code that takes `ms` milliseconds and gives `output`, whatever its signal says. */
export function takes<O = undefined>(clock: FakeClock, ms: number, output?: O): () => Promise<O> {
  return () => sleep(clock, ms).then(() => output as O);
}

/** A handler that never settles. */
export function never(): Promise<never> {
  return new Promise<never>(() => {});
}

/** A handler that ends with its signal. */
export function untilAborted(_input: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

/** A handler that throws `errors` one after the other, then returns `output`; it counts its calls. */
export function failing(
  errors: readonly unknown[],
  output?: unknown,
): { calls: number; readonly handle: () => unknown } {
  const handler = {
    calls: 0,
    handle: () => {
      if (handler.calls++ < errors.length) throw errors[handler.calls - 1];
      return output;
    },
  };
  return handler;
}

/** Each step that started: when it started and when it ended, in milliseconds from the start of the run. */
export function timesOf(run: Run): Record<string, readonly [number, number | undefined]> {
  const { startedAt = 0, steps } = run.snapshot();
  return Object.fromEntries(
    steps
      .filter((step) => step.startedAt !== undefined)
      .map((step) => [
        step.id,
        [step.startedAt! - startedAt, step.endedAt === undefined ? undefined : step.endedAt - startedAt],
      ]),
  );
}

/** Each step's status, by id. */
export function statusesOf(run: Run): Record<string, string> {
  return Object.fromEntries(run.snapshot().steps.map(({ id, status }) => [id, status]));
}

/** Everything that an ended run told. */
export async function eventsOf(run: Run): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of run.events()) events.push(event);
  return events;
}

/** The events of an ended run in short, such as `step.started a`. */
export async function linesOf(run: Run): Promise<string[]> {
  return (await eventsOf(run)).map(lineOf);
}

/** An event in short: its type, and the step if it is one's. */
export function lineOf(event: RunEvent): string {
  return 'step' in event ? `${event.type} ${event.step}` : event.type;
}

/** What the errors say, from the outermost to the innermost cause. */
export function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let next = error; next !== undefined; next = (next as Error).cause) {
    chain.push(next);
    if (!(next instanceof Error)) break;
  }
  return chain;
}

/** The rejections that nobody handled while `work` went on. */
export async function unhandledDuring(work: () => Promise<unknown>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  try {
    await work();
    // Node tells of them after the microtasks of a turn.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('unhandledRejection', note);
  }
  return unhandled;
}
