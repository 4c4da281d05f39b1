import { Alarm } from '../kernel/deadlines.ts';
import { ignore } from '../kernel/functions.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { Persistence, Records, Store } from '../storage/index.ts';

const keyOf = (owner: string): string => `owner/${owner}`;

/** The owners at stores that nobody else can have open: they need no sign of life. */
const living = new WeakMap<Store, Set<string>>();

/** How many times within a lease it is renewed. */
const RENEWALS = 3;

/**
 * Tells other engines at the same store that this one lives, so that they leave its runs alone.
 *
 * One record for the whole engine, with a time to live, renewed while any run is under way. It decides only when
 * somebody else may take a run over: that two owners never both record is seen to by the journal, to which an owner
 * that was superseded cannot append.
 */
export class Ownership {
  readonly #runtime: Runtime;
  readonly #store: Store;
  readonly #records: Records;
  readonly #persistence: Persistence;
  readonly #leaseMs: number;
  readonly #onGap: () => void;
  #id: string | undefined;
  /** True when there may be a record of it. */
  #isKnown = false;
  #held: Promise<void> | undefined;
  /** The last change of the record that was begun: one at a time, or they would be in each other's way. */
  #writing: Promise<unknown> = Promise.resolve();
  #holders = 0;
  /** Above 0 when the last sign of life found none before it, and for one more: a claim may have been on its way. */
  #gap = 0;
  readonly #renewal = new Alarm(() => this.#renew());

  /** @param onGap Called when its sign of life was gone: others may have taken over. */
  constructor(runtime: Runtime, store: Store, persistence: Persistence, leaseMs: number, onGap: () => void) {
    this.#onGap = onGap;
    this.#runtime = runtime;
    this.#store = store;
    this.#records = store.records;
    this.#persistence = persistence;
    this.#leaseMs = leaseMs;
  }

  /** The name of this owner, in journals. */
  get id(): string {
    if (this.#id === undefined) {
      this.#id = this.#runtime.clock.id();
      const owners = living.get(this.#store) ?? new Set();
      living.set(this.#store, owners.add(this.#id));
    }
    return this.#id;
  }

  /** One more run is under way. Resolves when others can see that its owner lives. */
  hold(): Promise<void> {
    this.#holders++;
    this.#held ??= this.#claim();
    return this.#held;
  }

  /** A run that was held for is under way no more. */
  release(): void {
    if (--this.#holders > 0) return;
    this.#runtime.deadlines.disarm(this.#renewal);
    this.#held = undefined;
  }

  /** Whether another owner lives. */
  async lives(owner: string): Promise<boolean> {
    if (this.#store.exclusive === true) return living.get(this.#store)?.has(owner) === true;
    return (await this.#persistence.run(() => this.#records.get(keyOf(owner)))) !== undefined;
  }

  /** Lets others take over at once what this one leaves behind. */
  async close(): Promise<void> {
    this.#runtime.deadlines.disarm(this.#renewal);
    if (this.#id !== undefined) living.get(this.#store)?.delete(this.#id);
    if (!this.#isKnown) return;
    this.#isKnown = false;
    await this.#writing.catch(ignore);
    try {
      await this.#records.delete(keyOf(this.id));
    } catch {
      // When it cannot be removed, its time to live removes it.
    }
  }

  async #claim(again = false): Promise<void> {
    try {
      this.#isKnown = true;
      this.#writing = this.#writing.catch(ignore).then(() => this.#persistence.run(() => this.#write()));
      await this.#writing;
    } catch (error) {
      this.#held = undefined;
      throw error;
    }
    if (this.#holders > 0) this.#arm();
    if (again && this.#gap > 0) {
      this.#gap--;
      this.#onGap();
    }
  }

  /** Its time may have been up, or an answer may have been lost: what counts is that the record is there. */
  async #write(): Promise<number> {
    const options = { ttlMs: this.#leaseMs };
    const key = keyOf(this.id);
    const found = await this.#records.get(key);
    if (found === undefined) this.#gap = 2;
    return found === undefined
      ? this.#records.create(key, '', options)
      : this.#records.update(key, '', found.revision, options);
  }

  #arm(): void {
    // A renewal and the first hold after all was let go may be under way at the same time.
    this.#runtime.deadlines.disarm(this.#renewal);
    this.#renewal.dueAt = this.#runtime.tick() + this.#leaseMs / RENEWALS;
    this.#runtime.deadlines.arm(this.#renewal, this.#runtime.now);
  }

  #renew(): void {
    // One that fails is tried again at the next third: runs go on, as the journal decides who owns them.
    this.#claim(true).catch(() => {
      if (this.#holders > 0) this.#arm();
    });
  }
}
