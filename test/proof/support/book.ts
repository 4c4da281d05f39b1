import type { Journal, JournalPart, Store } from '../../../src/index.ts';

/** One thing that stands in the history of a run. */
export interface BookEntry {
  readonly type: string;
  readonly step: string | undefined;
  /** What a step, a run, a signal or a vote gave. */
  readonly output?: unknown;
  readonly [fact: string]: unknown;
}

/** What a store holds of runs, read off it at once: the truth that all owners are measured by. */
export class Book {
  readonly store: Store;
  readonly #streams = new Map<string, BookEntry[]>();

  /** @param behind The store itself. */
  constructor(behind: Store) {
    const journal: Journal = {
      append: async (stream, expected, entries) => {
        const last = await behind.journal.append(stream, expected, entries);
        const list = this.#streams.get(stream) ?? [];
        this.#streams.set(stream, list);
        for (const entry of entries) list.push(JSON.parse(entry) as BookEntry);
        return last;
      },
      read: (stream, options): Promise<JournalPart> => behind.journal.read(stream, options),
      truncate: (stream, sequence, snapshot) => behind.journal.truncate(stream, sequence, snapshot),
      delete: async (stream, expected) => {
        await behind.journal.delete(stream, expected);
        this.#streams.delete(stream);
      },
      list: (options) => behind.journal.list(options),
    };
    this.store = {
      durability: behind.durability,
      journal,
      records: behind.records,
      close: () => behind.close(),
    };
  }

  /** Everything on record of a run that is part of no other. */
  of(runId: string): readonly BookEntry[] {
    return this.#streams.get(`run/${runId}`) ?? [];
  }

  /** All streams, with what stands in them. */
  get streams(): ReadonlyMap<string, readonly BookEntry[]> {
    return this.#streams;
  }

  /** The entry that ended a run. */
  endOf(runId: string): BookEntry | undefined {
    return this.of(runId).find(({ type }) => /^run\.(completed|failed|cancelled)$/.test(type));
  }
}
