import process from 'node:process';
import { type Duration, durationMs, InvalidOptionsError } from '../../index.ts';
import { EscapeDetector, isWatched } from './escapes.ts';
import { FAULT_KINDS, type Fault, type FaultKind, FaultPlan, type FaultRates } from './fault-plan.ts';
import { smallest } from './shrink.ts';
import { Simulation } from './simulation.ts';
import { SimulationError } from './simulation-error.ts';
import { World } from './world.ts';

/** Options of {@link simulate}. */
export interface SimulateOptions {
  /** How many simulations: seeds 1, 2, 3 …; or the seeds themselves. @default 100 */
  readonly seeds?: number | readonly number[];
  /** What goes wrong, and how often. @default nothing */
  readonly faults?: FaultRates;
  /** The longest virtual time of one simulation. @default '24h' */
  readonly horizon?: Duration;
  /** The most happenings in one simulation. @default 100_000 */
  readonly events?: number;
  /**
   * The longest time that a call of a handler takes beside its own, and that a way to a store or back takes, drawn for
   * each. @default 5
   */
  readonly latency?: Duration;
  /** Runs each seed twice and demands that the same happens. @default false */
  readonly twice?: boolean;
}

/** What a run of simulations came to. */
export interface SimulationReport {
  /** How many there were. */
  readonly simulations: number;
  /** Happenings in all of them. */
  readonly events: number;
  /** How often each kind of fault struck. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  /** What all the logs come to: the same whenever the same happens, in any process and version of Node. */
  readonly digest: string;
}

/** Plays a system through in virtual time. May be called for thousands of seeds, so it should make all anew. */
export type Scenario = (simulation: Simulation) => void | Promise<void>;

interface Settings {
  readonly faults: FaultRates;
  readonly horizonMs: number;
  readonly latencyMs: number;
  readonly events: number;
}

/** One seed, played to its end. */
interface Outcome {
  readonly error: unknown;
  readonly world: World;
  readonly struck: readonly Fault[];
}

/** How many repetitions a failure is worth to find out which of its faults matter. */
const SHRINK_TRIES = 200;

/**
 * Plays a scenario once for each seed: in virtual time, offline, and in an order of everything that the seed decides.
 *
 * After the scenario nothing goes wrong any more, and everything that it began must come to an end: a request, task,
 * run, deadline or handler that is left makes the simulation fail, as does a check that does not hold, an error of the
 * scenario, and whatever waits for the world outside (a real timer, a socket, a file). The first seed that fails is
 * played again with fewer and fewer faults; `SimulationError` says what is left and how to repeat it.
 *
 * The environment variable `CADRE_SEED` plays that seed only, and `CADRE_FAULTS` lets only those faults strike.
 *
 * @throws SimulationError, InvalidOptionsError
 */
export async function simulate(options: SimulateOptions, scenario: Scenario): Promise<SimulationReport> {
  const settings = read(options);
  const { CADRE_SEED, CADRE_FAULTS } = process.env;
  const seeds = CADRE_SEED === undefined ? seedsOf(options.seeds ?? 100) : [Number(CADRE_SEED)];
  const only = CADRE_FAULTS === undefined ? undefined : new Set(CADRE_FAULTS.split(',').filter(Boolean));
  const total = new World(0);
  const faults: Partial<Record<FaultKind, number>> = {};
  let events = 0;
  for (const [index, seed] of seeds.entries()) {
    const watched = isWatched(index);
    const outcome = await play(seed, settings, scenario, only, watched);
    if (outcome.error !== undefined) throw await failure(seed, settings, scenario, outcome);
    const digest = outcome.world.digest();
    if (options.twice) {
      const again = await play(seed, settings, scenario, only, watched);
      if (again.world.digest() !== digest) {
        throw new SimulationError(seed, new Error('it went another way the second time'), again.world, []);
      }
    }
    total.log(`${seed} ${digest}`);
    events += outcome.world.events;
    for (const { kind } of outcome.struck) faults[kind] = (faults[kind] ?? 0) + 1;
  }
  return { simulations: seeds.length, events, faults, digest: total.digest() };
}

async function failure(
  seed: number,
  settings: Settings,
  scenario: Scenario,
  first: Outcome,
): Promise<SimulationError> {
  const ids = first.struck.map(({ id }) => id);
  let last = first;
  const needed = await smallest(ids, SHRINK_TRIES, async (some) => {
    const outcome = await play(seed, settings, scenario, new Set(some), true);
    if (outcome.error !== undefined) last = outcome;
    return outcome.error !== undefined;
  });
  return new SimulationError(
    seed,
    last.error,
    last.world,
    last.struck.filter(({ id }) => needed.includes(id)),
  );
}

/** Plays one seed from beginning to end. */
async function play(
  seed: number,
  { faults: rates, horizonMs, latencyMs, events }: Settings,
  scenario: Scenario,
  only: ReadonlySet<string> | undefined,
  watched: boolean,
): Promise<Outcome> {
  const escapes = new EscapeDetector();
  const world = new World(seed, escapes.allow);
  const faults = new FaultPlan(seed, rates, ({ id, where }) => world.log(`! ${id} at ${where}`), only);
  const simulation = new Simulation(seed, world, faults, latencyMs);
  const staysInside = (): void => {
    if (escapes.escape === undefined) return;
    throw new Error(`the simulation waits for the world outside (${escapes.escape})`);
  };
  const goOn = async (): Promise<boolean> => {
    if (simulation.fulfilHopes()) {
      await world.settle();
      return true;
    }
    const happened = await world.step(horizonMs);
    staysInside();
    if (world.events > events) throw new Error(`more than ${events} happenings: it may go on for ever`);
    if (happened) simulation.afterEvent();
    return happened;
  };
  const until = async (done: () => boolean, stuck: () => string): Promise<void> => {
    await world.settle();
    while (!done()) if (!(await goOn())) throw new Error(stuck());
  };
  const ended = async (work: Promise<unknown>, what: string): Promise<void> => {
    let state: 'pending' | 'done' | { readonly error: unknown } = 'pending';
    work.then(
      () => {
        state = 'done';
      },
      (error: unknown) => {
        state = { error };
      },
    );
    await until(
      () => state !== 'pending',
      () => `${what} waits for something that never comes`,
    );
    if (typeof state === 'object') throw (state as { readonly error: unknown }).error;
  };
  const run = async (): Promise<void> => {
    await ended((async () => scenario(simulation))(), 'the scenario');
    simulation.calmDown();
    await until(
      () => simulation.leftovers().length === 0,
      () => `not at rest in the end: ${simulation.leftovers().join(', ')}`,
    );
    await ended(simulation.close(), 'closing');
    staysInside();
  };
  let error: unknown;
  try {
    await (watched ? escapes.watch(run) : run());
  } catch (thrown) {
    error = thrown ?? new Error(`the scenario failed with ${String(thrown)}`);
  }
  escapes.stop();
  return { error, world, struck: faults.struck };
}

function seedsOf(seeds: number | readonly number[]): readonly number[] {
  if (typeof seeds !== 'number') return seeds;
  return Array.from({ length: seeds }, (_, index) => index + 1);
}

function read({
  seeds,
  faults = {},
  horizon = '24h',
  latency = 5,
  events = 100_000,
}: SimulateOptions): Settings {
  const refuse = (option: string, rule: string, value: unknown): never => {
    throw new InvalidOptionsError('simulate', option, rule, value);
  };
  const horizonMs = durationMs(horizon) ?? Number.NaN;
  if (!Number.isFinite(horizonMs)) refuse('horizon', 'a finite duration', horizon);
  const latencyMs = durationMs(latency) ?? Number.NaN;
  if (!Number.isFinite(latencyMs)) refuse('latency', 'a finite duration', latency);
  if (typeof seeds === 'number' && !(Number.isSafeInteger(seeds) && seeds > 0)) {
    refuse('seeds', 'a whole number from 1 up, or a list of seeds', seeds);
  }
  for (const [kind, rate] of Object.entries(faults)) {
    if (!FAULT_KINDS.includes(kind as FaultKind))
      refuse(`faults.${kind}`, 'left out, or a kind of fault', rate);
    const share = Number(rate);
    if (!(share >= 0 && share <= 1)) refuse(`faults.${kind}`, 'true, false or a share from 0 to 1', rate);
  }
  return { faults, horizonMs, latencyMs, events };
}
