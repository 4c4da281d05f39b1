import { systemClock } from '../../index.ts';

/** Fails the clause unless `holds`. */
export function claim(holds: boolean, fault: string): asserts holds {
  if (!holds) throw new Error(fault);
}

/** Fails the clause unless the two are the same data, as far as JSON sees them. */
export function claimSame(found: unknown, wanted: unknown, what: string): void {
  const [seen, expected] = [JSON.stringify(found), JSON.stringify(wanted)];
  claim(seen === expected, `${what}: expected ${expected}, found ${seen}`);
}

/** What `call` throws; undefined when it returns. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Fails the clause when `call` throws. */
export function claimQuiet(call: () => unknown, what: string): void {
  const thrown = thrownBy(call);
  claim(thrown === undefined, `${what} threw ${String(thrown)}`);
}

/** The `code` of an error; undefined for anything without one. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}

/** Waits for real. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    systemClock.schedule(resolve, ms);
  });
}

/** Waits until `isTrue`; fails the clause when it does not come true in time. */
export async function until(isTrue: () => boolean, what: string, withinMs: number): Promise<void> {
  const end = systemClock.monotonic() + withinMs;
  // Most ports are at work in this process, and have done all before the first timer.
  for (let turn = 0; turn < 5 && !isTrue(); turn++) await Promise.resolve();
  while (!isTrue()) {
    claim(systemClock.monotonic() < end, `${what}: not so within ${withinMs} ms`);
    await pause(1);
  }
}

/** The settled outcome of a promise that settles in time. */
export async function outcomeOf(
  promise: Promise<unknown>,
  what: string,
  withinMs: number,
): Promise<{ readonly output: unknown; readonly error: unknown }> {
  let outcome: { output: unknown; error: unknown } | undefined;
  promise.then(
    (output) => {
      outcome = { output, error: undefined };
    },
    (error: unknown) => {
      outcome = { output: undefined, error };
    },
  );
  await until(() => outcome !== undefined, `${what} settles`, withinMs);
  return outcome!;
}
