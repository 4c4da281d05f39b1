import type { Journal, RecordChange, Records, Store } from '../../index.ts';
import { claim, claimSame, codeOf, outcomeOf, pause, until } from './checks.ts';

/** Options of {@link storeContract}. */
export interface StoreContractOptions {
  /**
   * Closes a store and gives another one on what it has stored. Without, the clauses about a restart are left out.
   *
   * @default none
   */
  readonly reopen?: ((store: Store) => Store | PromiseLike<Store>) | undefined;
  /** Makes `ms` milliseconds pass on the clock of the store, its timers included. @default waits for real */
  readonly advance?: ((store: Store, ms: number) => Promise<void>) | undefined;
  /** How long a call, or the news of a change, may take in milliseconds. Above 0. @default 5000 */
  readonly withinMs?: number | undefined;
  /** After how many milliseconds it is believed that no more news come. 0 or more. @default 5 */
  readonly quietMs?: number | undefined;
}

/** Declares one clause. */
export type DeclareStoreClause = (name: string, check: (bench: StoreBench) => Promise<void>) => void;

/** A time to live that is over soon, in milliseconds. */
export const SHORT_MS = 80;
/** A time to live that is not over as long as a clause takes. */
export const LONG_MS = 3_600_000;

/** One store and what a clause needs to look at it; all of it is taken away by {@link clear}. */
export class StoreBench {
  readonly withinMs: number;
  readonly #options: StoreContractOptions;
  readonly #ends: (() => void)[] = [];
  #store: Store;

  constructor(store: Store, options: StoreContractOptions) {
    this.#store = store;
    this.#options = options;
    this.withinMs = options.withinMs ?? 5_000;
  }

  get store(): Store {
    return this.#store;
  }

  get journal(): Journal {
    return this.#store.journal;
  }

  get records(): Records {
    return this.#store.records;
  }

  /** Appends texts to a stream that stands at `expected`. */
  append(stream: string, expected: number, ...entries: string[]): Promise<number> {
    return this.#store.journal.append(stream, expected, entries);
  }

  /** All entries of a stream. */
  async entries(stream: string): Promise<readonly string[]> {
    return (await this.#store.journal.read(stream)).entries;
  }

  /** The keys of streams that a list shows. */
  async streams(options?: Parameters<Journal['list']>[0]): Promise<string[]> {
    return (await this.#store.journal.list(options)).map(({ stream }) => stream);
  }

  /** The keys of records that a list shows. */
  async keys(options?: Parameters<Records['list']>[0]): Promise<string[]> {
    return (await this.#store.records.list(options)).map(({ key }) => key);
  }

  /** Follows the changes of records; the list grows as they are told. */
  watch(prefix = '', react: (change: RecordChange) => unknown = () => undefined): RecordChange[] {
    const told: RecordChange[] = [];
    const end = this.#store.records.watch(prefix, (change) => {
      told.push(change);
      return react(change) as undefined;
    });
    this.#ends.push(end);
    return told;
  }

  /** Fails the clause unless the call rejects with an error of this code. @returns The error. */
  async refuses(call: () => Promise<unknown>, code: string, what: string): Promise<Error> {
    let promise: Promise<unknown>;
    try {
      promise = call();
    } catch (error) {
      claim(false, `${what} threw ${String(error)} where it should reject`);
    }
    const { output, error } = await outcomeOf(promise, what, this.withinMs);
    claim(error !== undefined, `${what}: resolved to ${JSON.stringify(output)} where it should reject`);
    claim(codeOf(error) === code, `${what}: rejected with ${String(error)}, and not with ${code}`);
    return error as Error;
  }

  /** Fails the clause unless the call is refused because of `key`, which stands at `actual`. */
  async conflicts(
    call: () => Promise<unknown>,
    [key, expected, actual]: readonly [string, number, number],
    what: string,
  ): Promise<void> {
    const error = (await this.refuses(call, 'CONFLICT', what)) as Partial<Record<string, unknown>> & Error;
    const facts = [error['key'], error['expected'], error['actual']];
    claimSame(facts, [key, expected, actual], `${what}: key, expected and actual of the conflict`);
  }

  /** Waits until it is true. */
  until(isTrue: () => boolean, what: string): Promise<void> {
    return until(isTrue, what, this.withinMs);
  }

  /** Waits until as many changes have been told, and whether more follow. */
  async told(changes: readonly RecordChange[], count: number): Promise<void> {
    await this.until(() => changes.length >= count, `${count} changes are told`);
    await pause(this.#options.quietMs ?? 5);
    claim(changes.length === count, `told ${changes.length} changes where there were ${count}`);
  }

  /** Makes time pass. */
  async advance(ms: number): Promise<void> {
    const { advance } = this.#options;
    if (advance === undefined) await pause(ms + 20);
    else await advance(this.#store, ms);
  }

  /** Puts a store in the place of this one that has what was stored. */
  async reopen(): Promise<void> {
    this.#store = await this.#options.reopen!(this.#store);
  }

  /** Ends what the clause began. */
  async clear(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
    await this.#store.close();
  }
}
