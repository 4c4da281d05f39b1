import { createHash } from 'node:crypto';
import { SeededRandom } from '../random.ts';
import { type Happening, Schedule } from './schedule.ts';

/** The wall time at which every simulation begins. */
const EPOCH = Date.UTC(2026, 0, 1);

/** Lines of the log that are kept to be shown. */
const KEPT_LINES = 50;

const afterMicrotasks: (callback: () => void) => unknown = setImmediate;

/**
 * Virtual time, the order of everything, and the log: what all parts of one simulation share.
 *
 * Everything that can wake somebody goes through here. Between two happenings all promises come to rest, so that what
 * a happening sets off is over before the next begins. Promises themselves are not put into another order: V8 allows
 * one only.
 */
export class World {
  readonly random: SeededRandom;
  /** How far the wall clock has jumped, in milliseconds. */
  wallJump = 0;
  readonly #schedule = new Schedule();
  readonly #digest = createHash('sha1');
  readonly #lines: string[] = [];
  #now = 0;
  #events = 0;

  readonly #outside: (work: () => void) => void;

  /** @param outside Runs what itself has to wait for the world outside. */
  constructor(seed: number, outside: (work: () => void) => void = (work) => work()) {
    this.random = new SeededRandom(seed);
    this.#outside = outside;
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** How many things have happened. */
  get events(): number {
    return this.#events;
  }

  /** Plans something, `ms` milliseconds from now; what is due at the same moment happens in an order of the seed's. */
  plan(ms: number, label: string, run: () => void): Happening {
    return this.planAt(this.#now + Math.max(0, ms), label, run);
  }

  /** The same with a moment; what is due since earlier happens in the order in which it was due. */
  planAt(at: number, label: string, run: () => void): Happening {
    return this.#schedule.add(at, this.random.next(), label, run);
  }

  cancel(happening: Happening): void {
    this.#schedule.cancel(happening);
  }

  /** Lets the next thing happen, if it is due by `until`, and everything that it sets off. Returns false when none is. */
  async step(until: number): Promise<boolean> {
    const next = this.#schedule.take(until);
    if (next === undefined) return false;
    // After a stall it comes late.
    this.#now = Math.max(this.#now, next.at);
    this.#events++;
    this.log(next.label);
    next.run();
    await this.settle();
    return true;
  }

  /** Time passes, and nothing happens. */
  stall(ms: number): void {
    this.#now += ms;
  }

  /** Lets all promises come to rest. */
  settle(): Promise<void> {
    return new Promise((resolve) => {
      this.#outside(() => afterMicrotasks(resolve));
    });
  }

  /** Adds a line to the log, of which the digest is made. */
  log(text: string): void {
    const line = `${this.#now} ${text}`;
    this.#digest.update(line).update('\n');
    this.#lines.push(line);
    if (this.#lines.length > 2 * KEPT_LINES) this.#lines.splice(0, KEPT_LINES);
  }

  /** What the whole log comes to: the same for everything that happened in the same way. */
  digest(): string {
    return this.#digest.copy().digest('hex').slice(0, 16);
  }

  /** The last lines of the log, at most 50. */
  lastLines(): readonly string[] {
    return this.#lines.slice(-KEPT_LINES);
  }

  wallTime(): number {
    return EPOCH + this.#now + this.wallJump;
  }
}
