import { Alarm } from './deadlines.ts';
import { isThenable } from './functions.ts';
import type { Runtime } from './runtime.ts';

/** Whoever limits how many handlers run at once. */
export interface SlotOwner {
  readonly runtime: Runtime;
  /** How long a handler may go on when nobody waits for it any more, before its slot is taken back. */
  readonly graceMs: number;
}

/**
 * One call of a handler. It keeps its slot until the handler settles, or until the grace period is over that begins
 * when nobody waits for its outcome any more.
 */
export interface Invocation {
  readonly owner: SlotOwner;
  /** Whose handler it is, for errors, such as `agent "ada"`. */
  readonly label: string;
  /** True while the handler runs and its slot is not free; false at first. */
  running: boolean;
  /** The time that the handler has to notice that nobody waits for it; undefined at first. */
  grace: Alarm | undefined;
  /** The handler has settled, perhaps when nobody waits any more. */
  settled(isOutput: boolean, outcome: unknown): void;
  /** The slot is free: the handler has settled; or it was `abandoned`, as it ignored its signal through the grace period. */
  slotFreed(abandoned: boolean): void;
}

/** Calls the handler. */
export function invoke<I, C>(
  invocation: Invocation,
  handler: (input: I, context: C) => unknown,
  input: I,
  context: C,
): void {
  invocation.running = true;
  invocation.owner.runtime.handlers.active++;
  let result: unknown;
  try {
    result = handler(input, context);
    if (isThenable(result)) {
      Promise.resolve(result).then(
        (output) => end(invocation, true, output),
        (error) => end(invocation, false, error),
      );
      return;
    }
  } catch (error) {
    end(invocation, false, error);
    return;
  }
  end(invocation, true, result);
}

/** Nobody waits any more: begins the grace period, if the handler runs. */
export function linger(invocation: Invocation): void {
  if (!invocation.running) return;
  const { runtime, graceMs } = invocation.owner;
  const now = runtime.clock.monotonic();
  invocation.grace = new Alarm(() => free(invocation, true));
  invocation.grace.dueAt = now + graceMs;
  runtime.deadlines.arm(invocation.grace, now);
}

function end(invocation: Invocation, isOutput: boolean, outcome: unknown): void {
  invocation.settled(isOutput, outcome);
  if (invocation.running) free(invocation, false);
}

function free(invocation: Invocation, abandoned: boolean): void {
  const { runtime } = invocation.owner;
  invocation.running = false;
  if (invocation.grace !== undefined) runtime.deadlines.disarm(invocation.grace);
  invocation.slotFreed(abandoned);
  runtime.handlers.ended(abandoned ? invocation.label : undefined);
}
