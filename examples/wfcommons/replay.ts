import {
  type Clock,
  Coordinator,
  CycleError,
  defineWorkflow,
  explain,
  systemClock,
  type Workflow,
} from '../../src/index.ts';
import { type Instance, UsageError } from './format.ts';

/** How one run went. */
export interface Replay {
  /** Steps at once; Infinity for no limit. */
  readonly concurrency: number;
  /** From the start to the end of the run, in milliseconds. */
  readonly makespanMs: number;
  /** How many times the critical path it took. 1 is the best there is. */
  readonly ratio: number;
}

/** A trace as a workflow. */
export interface Trace {
  readonly workflow: (concurrency: number) => Workflow;
  /** The way that takes longest, by the names of the file. */
  readonly criticalPath: readonly string[];
  /** How long it takes, in milliseconds of the scaled time. */
  readonly criticalMs: number;
  /** How long all tasks take together, in milliseconds of the scaled time. */
  readonly workMs: number;
  readonly edges: number;
  readonly levels: number;
}

/**
 * Makes a workflow of a trace, whose steps do nothing but take their time.
 *
 * @param scale Seconds of ours for a second of the trace.
 * @throws UsageError when tasks wait for each other.
 */
export function traceOf({ name, tasks }: Instance, scale: number, clock: Clock = systemClock): Trace {
  // #region build
  const ms = new Map(tasks.map(({ step, seconds = 0 }) => [step, seconds * 1_000 * scale]));
  const steps = tasks.map(({ step, after }) => ({
    id: step,
    after,
    run: (_scope: unknown, context: { readonly signal: AbortSignal }) =>
      wait(clock, ms.get(step)!, context.signal),
  }));
  const workflow = (concurrency: number) =>
    defineWorkflow(name.replace(/[^\w-]+/g, '_') || 'workflow', {
      steps,
      concurrency,
      policy: { timeout: Number.POSITIVE_INFINITY }, // a trace may take hours, and every step of it
    });
  // #endregion build
  try {
    const explained = explain(workflow(Number.POSITIVE_INFINITY), { estimates: Object.fromEntries(ms) });
    const ids = new Map(tasks.map(({ step, id }) => [step, id]));
    return {
      workflow,
      criticalPath: explained.criticalPath.steps.map((step) => ids.get(step)!),
      criticalMs: explained.criticalPath.lengthMs,
      workMs: [...ms.values()].reduce((sum, one) => sum + one, 0),
      edges: tasks.reduce((sum, { after }) => sum + after.length, 0),
      levels: explained.depth,
    };
  } catch (error) {
    throw error instanceof CycleError ? new UsageError(`${error.message}.`) : error;
  }
}

/** Runs a trace, so many steps at once. */
export async function replay(trace: Trace, concurrency: number, clock: Clock = systemClock): Promise<Replay> {
  await using coordinator = new Coordinator({ clock });
  const workflow = trace.workflow(concurrency);
  const startedAt = clock.monotonic();
  await coordinator.run(workflow, undefined);
  const makespanMs = clock.monotonic() - startedAt;
  return { concurrency, makespanMs, ratio: trace.criticalMs === 0 ? 1 : makespanMs / trace.criticalMs };
}

/** Takes its time, and not a moment less: a timer may ring a little early. */
async function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const endsAt = clock.monotonic() + ms;
  for (let left = ms; left > 0; left = endsAt - clock.monotonic()) await rest(clock, left, signal);
}

function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      timer.cancel();
      reject(signal.reason);
    };
    const timer = clock.schedule(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}
