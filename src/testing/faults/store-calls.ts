import type { Journal, RecordChange, Records, Store } from '../../index.ts';

/** A call of a store. */
export interface StoreCall {
  /** Such as `journal.append`. */
  readonly method: string;
  /** The stream or the record; empty for a list. */
  readonly key: string;
}

/** What is different from the store behind it. */
export interface StoreChanges {
  /** Carries a call out, with `work`. */
  call<T>(call: StoreCall, work: () => Promise<T>): Promise<T>;
  /** As `Records.watch`. */
  watch(prefix: string, listener: (change: RecordChange) => void): () => void;
  /** As `Store.close`. */
  close(): Promise<void>;
}

/** The same store, which every call reaches by way of `changes`. */
export function storeThrough(store: Store, changes: StoreChanges): Store {
  const { journal, records } = store;
  return {
    durability: store.durability,
    journal: {
      // Copied: what the caller does to it afterwards must not reach the store.
      append: (stream, expected, entries) => {
        const sent = Array.isArray(entries) ? [...entries] : entries;
        return at('journal.append', stream, () => journal.append(stream, expected, sent));
      },
      read: (stream, options) => at('journal.read', stream, () => journal.read(stream, options)),
      truncate: (stream, sequence, snapshot) =>
        at('journal.truncate', stream, () => journal.truncate(stream, sequence, snapshot)),
      delete: (stream, expected) => at('journal.delete', stream, () => journal.delete(stream, expected)),
      list: (options) => at('journal.list', '', () => journal.list(options)),
    } satisfies Journal,
    records: {
      get: (key) => at('records.get', key, () => records.get(key)),
      create: (key, text, options) => at('records.create', key, () => records.create(key, text, options)),
      update: (key, text, revision, options) =>
        at('records.update', key, () => records.update(key, text, revision, options)),
      delete: (key, revision) => at('records.delete', key, () => records.delete(key, revision)),
      list: (options) => at('records.list', '', () => records.list(options)),
      watch: (prefix, listener) => changes.watch(prefix, listener),
    } satisfies Records,
    close: () => changes.close(),
  };

  function at<T>(method: string, key: string, work: () => Promise<T>): Promise<T> {
    return changes.call({ method, key: String(key) }, work);
  }
}
