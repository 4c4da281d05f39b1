import process from 'node:process';
import { expect, it } from 'vitest';
import type { HandlerContext } from '../../../src/index.ts';
import { type SimulateOptions, type Simulation, simulate } from '../../../src/testing/index.ts';

/** How many seeds each family is played with; `CADRE_SEEDS` in the environment says otherwise. */
const SEEDS: number = Number(process.env['CADRE_SEEDS'] ?? 2_000);

/** Seeds that are played twice, to see that they go the same way. */
const TWICE = 20;

/** Fewer seeds than this say nothing about how often something happens. */
const ENOUGH_TO_COUNT = 500;

/** Counts something that a family must not do without. */
export type Count = (what: string, times?: number) => void;

/** Options of {@link prove}. */
export interface ProofOptions extends Omit<SimulateOptions, 'seeds' | 'twice'> {
  /** The share of {@link SEEDS} that is played, for a family that takes long. @default 1 */
  readonly share?: number;
  /**
   * How often each of these must happen in a thousand seeds, so that the family cannot pass without having looked at
   * anything. What the scenario counts itself, and kinds of faults.
   */
  readonly atLeast: Readonly<Record<string, number>>;
}

/**
 * A test that an invariant holds in every one of {@link SEEDS} simulations, and that what it is about did happen.
 *
 * The first seeds are played twice, and must go the same way.
 */
export function prove(
  sentence: string,
  { share = 1, atLeast, ...options }: ProofOptions,
  scenario: (sim: Simulation, count: Count) => Promise<void>,
): void {
  const seeds = Math.max(1, Math.ceil(SEEDS * share));
  const watched = (sim: Simulation, count: Count): Promise<void> => {
    sim.check('nothing was noticed inside a handler', () => {
      if (noticed.has(sim)) throw noticed.get(sim);
    });
    return scenario(sim, count);
  };
  const play = async (): Promise<void> => {
    const counts = new Map<string, number>();
    const count: Count = (what, times = 1) => void counts.set(what, (counts.get(what) ?? 0) + times);
    const { simulations, faults } = await simulate({ ...options, seeds }, (sim) => watched(sim, count));
    if (simulations < ENOUGH_TO_COUNT) return;
    for (const [kind, times] of Object.entries(faults)) count(kind, times);
    const rates = Object.keys(atLeast).map((what) => [
      what,
      Math.floor(((counts.get(what) ?? 0) * 1_000) / simulations),
    ]);
    const tooRare = rates.filter(([what, rate]) => (rate as number) < atLeast[what as string]!);
    expect(Object.fromEntries(tooRare), 'too rare, in 1,000 seeds').toEqual({});
  };
  const playTwice = async (): Promise<void> => {
    await simulate({ ...options, seeds: TWICE, twice: true }, (sim) => watched(sim, () => {}));
  };
  it(sentence, play, 30_000 + seeds * 20);
  it(`${sentence}: the same way each time`, playTwice, 30_000);
}

/** Throws unless `condition` holds; `message` says what was expected. */
export function ensure(condition: boolean, message: () => string): void {
  if (!condition) throw new Error(message());
}

/** What was noticed where an error thrown would be taken for one of the handler. */
const noticed = new WeakMap<Simulation, unknown>();

/** Like {@link ensure}, for handlers, listeners and callbacks: the simulation fails after this happening. */
export function notice(sim: Simulation, look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!noticed.has(sim)) noticed.set(sim, error);
  }
}

/** A whole number from `low` to `high`, both included. */
export function whole(sim: Simulation, low: number, high: number): number {
  return low + Math.floor(sim.random() * (high - low + 1));
}

/** True with the given chance. */
export function chance(sim: Simulation, share: number): boolean {
  return sim.random() < share;
}

/** One of `items`. */
export function pick<T>(sim: Simulation, items: readonly T[]): T {
  return items[Math.floor(sim.random() * items.length)]!;
}

/** Waits on the clock of the simulation, whatever any signal says. */
export function sleep(sim: Simulation, ms: number): Promise<void> {
  return new Promise((resolve) => void sim.clock.schedule(resolve, ms));
}

/**
 * Work without input and output, to which happens what happens to handlers.
 *
 * @param place The simulation or one of its nodes.
 */
export function workAt(
  place: Pick<Simulation, 'step'>,
  name: string,
  during: () => void = () => {},
): () => Promise<void> {
  const step = async (_input: undefined, _context: HandlerContext): Promise<void> => during();
  const faulty = place.step(name, step);
  return () => faulty(undefined, undefined as never);
}

/** How a promise ended, and when. */
export interface End {
  readonly at: number;
  readonly isOutput: boolean;
  /** The output or the error. */
  readonly value: unknown;
  /** The `code` of the error, if it has one. */
  readonly code: string | undefined;
}

/** Tells `told` how `promise` ends. What `told` throws makes the simulation fail. A rejection does not stay unhandled. */
export function follow(sim: Simulation, promise: Promise<unknown>, told: (end: End) => void): void {
  const ended = (isOutput: boolean, value: unknown): void => {
    const code = isOutput ? undefined : (value as { code?: string } | undefined)?.code;
    notice(sim, () => told({ at: sim.clock.monotonic(), isOutput, value, code }));
  };
  promise.then(
    (output) => ended(true, output),
    (error) => ended(false, error),
  );
}
