import type { Runtime } from '../kernel/runtime.ts';
import { ConflictError, type Journal, type Persistence } from '../storage/index.ts';
import { RunExistsError } from './errors.ts';
import { SupersededError } from './resume-errors.ts';

/** What the journals of all runs share. */
interface JournalParts {
  readonly runtime: Runtime;
  readonly journal: Journal;
  readonly persistence: Persistence;
}

/** Whoever a journal is kept for. */
export interface JournalOwner {
  readonly id: string;
  /** An append failed for good: what was noted since is not stored, and never will be. */
  lost(error: Error): void;
}

/**
 * What happens in one run, on its way into the store.
 *
 * Everything that is noted in one stretch of code becomes one append, and there is one append at a time. What the world
 * is told, and every step that begins, waits until all that was noted before is stored. The run itself has gone on
 * by then: when an append fails for good, nobody has seen what it did.
 */
export class RunJournal {
  /** The sequence of the last entry that is stored. */
  sequence: number;
  /** The stream that it is kept in. */
  readonly stream: string;
  readonly #runtime: Runtime;
  readonly #journal: Journal;
  readonly #persistence: Persistence;
  readonly #owner: JournalOwner;
  /** What must come true before the first append. */
  readonly #ready: Promise<unknown>;
  #entries: string[] = [];
  #effects: (() => void)[] = [];
  #flushing: Promise<void> | undefined;
  #ended = false;

  constructor(
    { runtime, journal, persistence }: JournalParts,
    stream: string,
    sequence: number,
    owner: JournalOwner,
    ready: Promise<unknown>,
  ) {
    this.#runtime = runtime;
    this.#journal = journal;
    this.#persistence = persistence;
    this.stream = stream;
    this.sequence = sequence;
    this.#owner = owner;
    this.#ready = ready;
    // Also where nothing is to be written for long.
    ready.catch((error) => this.#fail(error));
  }

  /** Settles when nothing is on its way any more. */
  get idle(): Promise<void> {
    return this.#flushing ?? Promise.resolve();
  }

  /** Adds an entry. @param effect What waits for it to be stored. */
  add(entry: string, effect: () => void): void {
    if (this.#ended) return;
    this.#entries.push(entry);
    this.whenStored(effect);
  }

  /** Calls `effect` when all that was noted so far is stored; at once when it is. Never when that fails. */
  whenStored(effect: () => void): void {
    if (this.#ended) return;
    if (this.#flushing === undefined && this.#entries.length === 0) {
      effect();
      return;
    }
    this.#effects.push(effect);
    this.#flushing ??= this.#flush();
  }

  /** Looks whether somebody else has written meanwhile, when nothing of its own is on its way. */
  async verify(): Promise<void> {
    const { sequence } = this;
    if (this.#ended || sequence === 0 || this.#flushing !== undefined) return;
    const { last } = await this.#persistence.run(() =>
      this.#journal.read(this.stream, { after: sequence, limit: 1 }),
    );
    if (this.#ended || last <= sequence || this.sequence !== sequence || this.#flushing !== undefined) return;
    this.#fail(new SupersededError(this.#owner.id));
  }

  /** Gives up what is not stored yet. */
  end(): void {
    this.#ended = true;
    this.#entries.length = 0;
    this.#effects.length = 0;
  }

  async #flush(): Promise<void> {
    try {
      await this.#ready;
      while (this.#effects.length > 0) {
        const entries = this.#entries;
        const effects = this.#effects;
        this.#entries = [];
        this.#effects = [];
        if (entries.length > 0) this.sequence = await this.#append(entries);
        this.#runtime.tick();
        for (const effect of effects) if (!this.#ended) effect();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#flushing = undefined;
    }
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.end();
    this.#runtime.tick();
    this.#owner.lost(error as Error);
  }

  /** A store that failed may have done its work all the same: before another try it is asked. */
  async #append(entries: readonly string[]): Promise<number> {
    try {
      return await this.#persistence.run(async (again) => {
        if (again && (await this.#isStored(entries))) return this.sequence + entries.length;
        return this.#journal.append(this.stream, this.sequence, entries);
      });
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const { id } = this.#owner;
      throw this.sequence === 0 ? new RunExistsError(id) : new SupersededError(id, error);
    }
  }

  async #isStored(entries: readonly string[]): Promise<boolean> {
    const part = await this.#journal.read(this.stream, { after: this.sequence, limit: entries.length });
    return (
      part.entries.length === entries.length && entries.every((entry, place) => part.entries[place] === entry)
    );
  }
}
