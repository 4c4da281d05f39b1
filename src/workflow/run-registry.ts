import { FullError } from '../kernel/errors.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { RunExistsError } from './errors.ts';
import type { EngineSettings } from './options.ts';
import { type Listed, RunList } from './run-list.ts';
import type { RunStatus } from './state.ts';

/** Sizes now, and counters since the engine was made. */
export interface WorkflowStats {
  /** Runs under way. */
  readonly active: number;
  /** How many may be under way. */
  readonly activeLimit: number;
  /** Finished runs that are kept. */
  readonly retained: number;
  /** How many are kept at most. */
  readonly retainedLimit: number;
  /** Runs that were accepted, those that are steps of other runs included. */
  readonly started: number;
  /** Runs that ended with an output, those that are partially completed included. */
  readonly completed: number;
  /** Runs that ended with an error, or whose time was up. */
  readonly failed: number;
  /** Runs that were stopped: by their signal, by `cancel()`, or with what they were part of. */
  readonly cancelled: number;
  /** Runs that were given up here before their ends, and stay in the store. */
  readonly suspended: number;
  /** Runs of earlier owners that were taken up. */
  readonly resumed: number;
  /** Steps whose code ignored its signal through the grace period. */
  readonly abandoned: number;
}

/** What the registry knows of a run. */
interface RegisteredRun<R> extends Listed<R> {
  readonly id: string;
  /** What it is kept under: the id that was given, or the number that its id is made of. */
  readonly handle: string | number;
  readonly status: RunStatus;
  /** Steps in the definition. */
  readonly size: number;
  readonly isStored: boolean;
  readonly parent: object | undefined;
  /** When it ended, in epoch milliseconds. */
  readonly endedAt: number | undefined;
}

/** The runs of an engine: those under way, and the newest of those that have ended. */
export class RunRegistry<R extends RegisteredRun<R>> {
  readonly active: RunList<R> = new RunList();
  readonly counters: Counters = {
    started: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    suspended: 0,
    resumed: 0,
    abandoned: 0,
  };
  /** In the order of their ends. */
  readonly #kept = new RunList<R>();
  #keptSteps = 0;
  /** Those of both that were given an id. */
  readonly #named = new Map<string, R>();
  readonly #runtime: Runtime;
  readonly #settings: EngineSettings;
  readonly #forgotten: (id: string) => void;

  /** @param forgotten Told of each stored run that is kept no more. */
  constructor(runtime: Runtime, settings: EngineSettings, forgotten: (id: string) => void) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#forgotten = forgotten;
  }

  get isFull(): boolean {
    return this.active.size >= this.#settings.runs;
  }

  /** The kept ones in the order of their ends, then those under way. */
  *[Symbol.iterator](): Generator<R> {
    yield* this.#kept;
    yield* this.active;
  }

  /** One whose id was not given is looked for among them all. */
  get(id: string): R | undefined {
    if (typeof id !== 'string') return undefined;
    const named = this.#named.get(id);
    if (named !== undefined) return named;
    const number = this.#runtime.ids.parse('run', id);
    if (number !== undefined) for (const run of this) if (run.handle === number) return run;
    return undefined;
  }

  /** True for a run of that id that was given it. */
  knows(id: string): boolean {
    return this.#named.has(id);
  }

  /** @throws FullError, RunExistsError */
  demandRoom(id: string | undefined): void {
    if (this.isFull) throw new FullError('list of runs', this.#settings.runs);
    if (id !== undefined && this.get(id) !== undefined) throw new RunExistsError(id);
  }

  add(run: R): void {
    this.active.add(run);
    if (typeof run.handle === 'string') this.#named.set(run.handle, run);
  }

  /** A run has ended, or goes on here no more. */
  ended(run: R): void {
    const { status } = run;
    this.active.remove(run);
    if (status === 'partially-completed') this.counters.completed++;
    else if (status === 'completed' || status === 'failed' || status === 'cancelled') this.counters[status]++;
    else {
      this.counters.suspended++;
      if (typeof run.handle === 'string') this.#named.delete(run.handle);
      return;
    }
    // What is part of a stored run goes with it, and takes no other's place.
    if (run.isStored && run.parent !== undefined) {
      this.#named.delete(run.id);
      return;
    }
    this.#kept.add(run);
    this.#keptSteps += run.size;
    this.#prune();
  }

  stats(): WorkflowStats {
    return {
      ...this.counters,
      active: this.active.size,
      activeLimit: this.#settings.runs,
      retained: this.#kept.size,
      retainedLimit: this.#settings.retention.runs,
    };
  }

  #prune(): void {
    const { runs, steps, age } = this.#settings.retention;
    for (let oldest = this.#kept.first; oldest !== undefined; oldest = this.#kept.first) {
      const isFine = this.#kept.size <= runs && this.#keptSteps <= steps;
      if (isFine && (age === Number.POSITIVE_INFINITY || !this.#isOlder(oldest, age))) return;
      this.#forget(oldest);
    }
  }

  #isOlder({ endedAt }: R, age: number): boolean {
    return endedAt !== undefined && this.#runtime.wallNow() - endedAt > age;
  }

  #forget(run: R): void {
    this.#kept.remove(run);
    this.#keptSteps -= run.size;
    if (typeof run.handle === 'string') this.#named.delete(run.handle);
    if (run.isStored) this.#forgotten(run.id);
  }
}

type Counters = {
  -readonly [K in Exclude<
    keyof WorkflowStats,
    'active' | 'activeLimit' | 'retained' | 'retainedLimit'
  >]: number;
};
