import { ClosedError, type RecordChange } from '../../index.ts';
import { type Call, Task, type Work } from './call.ts';
import { storeError } from './faults.ts';
import type { SqliteSettings } from './options.ts';
import { Session } from './session.ts';

/** Calls that are stored together at most: so many keep the event loop for some ten milliseconds. */
const LARGEST_BATCH = 2_000;

/**
 * Gives every call its turn at the file: what is called in one turn of the event loop is stored in one transaction, so
 * that a thousand runs which go on at once cost one sync and not a thousand.
 */
export class Commits {
  readonly #settings: SqliteSettings;
  readonly #onStored: (changes: readonly RecordChange[]) => void;
  #session: Session | undefined;
  #waiting: Call[] = [];
  #closing: Promise<void> | undefined;

  /** @param onStored Told the changes of records, once they are stored, before anybody who waits for them. */
  constructor(settings: SqliteSettings, onStored: (changes: readonly RecordChange[]) => void) {
    this.#settings = settings;
    this.#onStored = onStored;
  }

  /** When the next record expires, as far as is known without opening the file. */
  get nextExpiry(): number {
    try {
      return this.#session?.nextExpiry ?? Number.POSITIVE_INFINITY;
    } catch {
      return Number.POSITIVE_INFINITY; // The next call finds the same, and has somebody to tell.
    }
  }

  /** @throws ClosedError */
  checkOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError('Store');
  }

  /** Opens the file, if it is not. @throws StoreError */
  open(): Session {
    if (this.#session !== undefined) return this.#session;
    try {
      this.#session = new Session(this.#settings);
    } catch (error) {
      throw storeError(this.#settings.file, error);
    }
    // There may be records of an earlier life that expire.
    this.#onStored([]);
    return this.#session;
  }

  /** Has a call carried out in the transaction of this turn. @returns Its promise. @throws ClosedError */
  enter<T>(call: Call<T>): Promise<T> {
    this.checkOpen();
    if (this.#waiting.push(call as Call) === 1) setImmediate(this.#commit);
    return call.promise;
  }

  /**
   * Does the work that `prepare` returns, in the transaction of this turn.
   *
   * @param prepare Called at once; what it throws is what the call rejects with.
   */
  async write<T>(prepare: () => Work<T>): Promise<T> {
    this.checkOpen();
    return this.enter(new Task(prepare()));
  }

  /**
   * Looks at what is stored: at once, or, where something waits to be stored, after that.
   *
   * @param prepare As in {@link write}.
   * @param mayLook False when something must be changed first, by `before`.
   */
  async read<T>(prepare: () => Work<T>, mayLook?: Work<boolean>, before?: Work<void>): Promise<T> {
    this.checkOpen();
    const work = prepare();
    if (this.#waiting.length === 0 && (mayLook === undefined || this.#do(mayLook))) return this.#do(work);
    return this.write(() => (session) => {
      before?.(session);
      return work(session);
    });
  }

  /** Stores what waits, and closes the file. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    while (this.#waiting.length > 0) this.#commit();
    try {
      this.#session?.close();
    } catch (error) {
      throw storeError(this.#settings.file, error);
    } finally {
      this.#session = undefined;
    }
  }

  #do<T>(work: Work<T>): T {
    const session = this.open();
    try {
      return work(session);
    } catch (error) {
      throw storeError(this.#settings.file, error);
    }
  }

  readonly #commit = (): void => {
    const batch = this.#waiting.splice(0, LARGEST_BATCH);
    if (this.#waiting.length > 0 && this.#closing === undefined) setImmediate(this.#commit);
    if (batch.length === 0) return;
    try {
      const session = this.open();
      session.transaction(() => {
        for (const call of batch) call.run(session);
      });
      const { changes } = session;
      session.changes = [];
      this.#onStored(changes);
    } catch (error) {
      const failure = storeError(this.#settings.file, error);
      for (const call of batch) call.reject(failure);
      return;
    }
    for (const call of batch) call.settle();
  };
}
