import { ClosedError, type RecordChange, type Store } from '../../index.ts';
import type { FaultSource } from '../faults/fault.ts';
import { storeFailure } from '../faults/faulty-store.ts';
import { type StoreCall, storeThrough } from '../faults/store-calls.ts';
import type { WorldClock } from './world-clock.ts';

/** What a process and its connections to stores have in common. */
export interface StoreClient {
  /** As the log shows it. */
  readonly name: string;
  readonly clock: WorldClock;
  readonly faults: FaultSource;
  /** How long a way takes, drawn for each. */
  latencyMs(): number;
}

/** A request on its way to the store. */
interface Trip {
  readonly label: string;
  readonly dueAt: number;
  readonly arrive: () => void;
}

/**
 * The connection of one process to a store, which lives longer than the process.
 *
 * A call has two ways: the request's to the store, where it has its effect, and that of the answer. Requests about one
 * stream or record arrive in the order in which they were made; all else comes in any order.
 */
export class StoreEnd {
  /** The store, as the process sees it. */
  readonly store: Store;
  readonly #client: StoreClient;
  readonly #behind: Store;
  /** The requests that are on their way, by what they are about. */
  readonly #lanes = new Map<string, Trip[]>();
  /** How many calls have no answer yet. */
  #open = 0;
  /** Called when they all have. */
  #atRest: (() => void) | undefined;
  /** What ends those who watch. */
  readonly #ends = new Set<() => void>();
  #closing: Promise<void> | undefined;

  constructor(client: StoreClient, store: Store) {
    this.#client = client;
    this.#behind = store;
    this.store = storeThrough(store, {
      call: (call, work) => this.#call(call, work),
      watch: (prefix, listener) => this.#watch(prefix, listener),
      close: () => {
        this.#closing ??= this.#close();
        return this.#closing;
      },
    });
  }

  /** The process is gone: it hears of nothing any more. */
  stop(): void {
    for (const end of this.#ends) end();
  }

  #call<T>(call: StoreCall, work: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) return Promise.reject(new ClosedError('Store'));
    const client = this.#client;
    const label = `${call.method} ${call.key}`.trimEnd();
    const there = client.latencyMs();
    const back = client.latencyMs();
    this.#open++;
    return new Promise<T>((resolve, reject) => {
      const arrive = async (): Promise<void> => {
        const { settle, text, waitMs } = await this.#effect(label, work, resolve, reject);
        this.#travel(`hears of ${label}: ${text}`, back + waitMs, () => {
          this.#open--;
          settle();
          if (this.#open === 0) this.#atRest?.();
        });
      };
      client.clock.perform(() => {
        const trip = { label, dueAt: client.clock.monotonic() + there, arrive: () => void arrive() };
        this.#send(`${call.method.split('.')[0]} ${call.key}`, trip);
      });
    });
  }

  /** A request has arrived: what it does in the store, and what the answer to it will do. */
  async #effect<T>(
    label: string,
    work: () => Promise<T>,
    resolve: (output: T) => void,
    reject: (error: unknown) => void,
  ): Promise<{ readonly settle: () => void; readonly text: string; readonly waitMs: number }> {
    const { name, faults } = this.#client;
    const where = `${name} ${label}`;
    const waitMs = faults.strike('storeSlow', where)?.ms ?? 0;
    const fault = faults.strike('storeError', where);
    const lost = fault && { settle: () => reject(storeFailure(where, fault)), text: fault.id, waitMs };
    if (lost && !fault.after) return lost;
    try {
      const output = await work();
      return lost ?? { settle: () => resolve(output), text: 'done', waitMs };
    } catch (error) {
      return lost ?? { settle: () => reject(error), text: codeOf(error), waitMs };
    }
  }

  /** Lets something come back to the process. */
  #travel(label: string, ms: number, arrive: () => void): void {
    const { clock } = this.#client;
    clock.travel(() => clock.takeIn(arrive), ms, label);
  }

  /** Puts a request behind those that are on their way about the same. */
  #send(lane: string, trip: Trip): void {
    const trips = this.#lanes.get(lane) ?? [];
    trips.push(trip);
    this.#lanes.set(lane, trips);
    if (trips.length === 1) this.#goOn(lane, trips, trip);
  }

  #goOn(lane: string, trips: Trip[], first: Trip): void {
    const { clock } = this.#client;
    const arrive = (): void => {
      trips.shift();
      const next = trips[0];
      if (next === undefined) this.#lanes.delete(lane);
      else this.#goOn(lane, trips, next);
      first.arrive();
    };
    clock.travel(arrive, first.dueAt - clock.monotonic(), `asks: ${first.label}`);
  }

  #watch(prefix: string, listener: (change: RecordChange) => void): () => void {
    if (this.#closing !== undefined) throw new ClosedError('Store');
    const news: RecordChange[] = [];
    let ended = false;
    const tell = (): void => {
      const change = news.shift();
      if (ended || change === undefined) return;
      // What it throws is nobody's, as the port says.
      void (async () => listener(change))().catch(() => {});
    };
    const leave = this.#behind.records.watch(prefix, (change) => {
      news.push(change);
      // Whichever arrives first: the first change is told first.
      this.#travel('hears of a change', this.#client.latencyMs(), tell);
    });
    const end = (): void => {
      ended = true;
      this.#ends.delete(end);
      leave();
    };
    this.#ends.add(end);
    return end;
  }

  /** The connection ends, and not the store. */
  async #close(): Promise<void> {
    if (this.#open > 0) await new Promise<void>((resolve) => (this.#atRest = resolve));
    this.stop();
    await new Promise<void>((resolve) =>
      this.#travel('has closed a store', this.#client.latencyMs(), resolve),
    );
  }
}

function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : 'failed';
}
