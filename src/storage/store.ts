import { port, type Rule, refuse } from '../kernel/options.ts';

/**
 * What survives: `memory` is lost with the process, `process` survives the end of the process however it comes,
 * `power` survives a power cut too.
 */
export type Durability = 'memory' | 'process' | 'power';

/**
 * Where facts are kept: lists that only grow, and records that change.
 *
 * {@link memoryStore} is the default and the reference; `storeContract` of `cadre/testing` checks any other. A text is
 * well-formed, has no NUL and at most 16 MiB of UTF-8. All texts and keys come back exactly as they were given. A call
 * that resolves is stored at the store's `durability`, and seen by every later call. A call that rejects with
 * `StoreError` may have been carried out or not; one that rejects with anything else was not.
 */
export interface Store {
  /** How long what is stored stays. */
  readonly durability: Durability;
  /**
   * True where nobody else can have it open, in this process or another: then whoever it knows of that does not use this
   * very object is gone. Left out: others may.
   */
  readonly exclusive?: boolean;
  /** Lists of entries, such as the history of a run. */
  readonly journal: Journal;
  /** Texts under keys. */
  readonly records: Records;
  /** Waits for what was accepted, then frees everything. Idempotent; afterwards calls reject with `ClosedError`. */
  close(): Promise<void>;
}

/**
 * Streams of entries. An entry is text, and its sequence is its place in its stream, from 1 on.
 *
 * Appends to one stream are linearizable: of two that expect the same sequence one is stored and the other rejects.
 * That is what makes it safe for somebody else to take a stream over: whoever appends first has it.
 */
export interface Journal {
  /**
   * Adds entries at the end of a stream, all of them or none. Without entries only `expected` is compared.
   *
   * @param expected The sequence of the last entry there is; 0 when there is no such stream.
   * @returns The sequence of the last entry now.
   * Rejects with `ConflictError` when the last sequence is another, with `InvalidKeyError`, `InvalidOptionsError`,
   * `StoreError` or `ClosedError`.
   */
  append(stream: string, expected: number, entries: readonly string[]): Promise<number>;
  /**
   * Reads a stream in parts. A stream that does not exist is empty, with 0 as its last sequence.
   *
   * Where the entries after `after` have in part been replaced by a snapshot, the snapshot comes first.
   */
  read(stream: string, options?: JournalReadOptions): Promise<JournalPart>;
  /**
   * Replaces all entries up to `sequence`, and a snapshot before, by a new snapshot. Sequences stay as they are.
   *
   * @param sequence From 1 up to the last sequence. Rejects with `ConflictError` beyond, and when a snapshot of a later
   * sequence is there.
   */
  truncate(stream: string, sequence: number, snapshot: string): Promise<void>;
  /**
   * Removes a stream as if it had never been.
   *
   * @param expected Its last sequence; rejects with `ConflictError` when it is another.
   */
  delete(stream: string, expected: number): Promise<void>;
  /** The streams, in the order of their UTF-8 bytes. */
  list(options?: ListOptions): Promise<readonly JournalHead[]>;
}

/** Options of {@link Journal.read}. */
export interface JournalReadOptions {
  /** Entries up to this sequence are left out. 0 or more. @default 0 */
  readonly after?: number | undefined;
  /** Entries at most. 1 or more. @default 1000 */
  readonly limit?: number | undefined;
}

/** A part of a stream. */
export interface JournalPart {
  /** The sequence of the last entry in the stream; 0 when there is no such stream. */
  readonly last: number;
  /** What stands for the entries up to its sequence, if some of those that were asked for are gone. */
  readonly snapshot: JournalSnapshot | undefined;
  /** The sequence of the first of {@link entries}, or that which the next entry will have. */
  readonly first: number;
  /** In their order, without gaps. */
  readonly entries: readonly string[];
}

/** What stands for the first entries of a stream. */
export interface JournalSnapshot {
  /** The last sequence that it stands for. */
  readonly sequence: number;
  /** As it was given. */
  readonly text: string;
}

/** The end of a stream. */
export interface JournalHead {
  /** Its key. */
  readonly stream: string;
  /** The sequence of its last entry. */
  readonly last: number;
  /** Its last entry; undefined when a snapshot has replaced it. */
  readonly entry: string | undefined;
}

/** What a list shows. */
export interface ListOptions {
  /** Only keys that begin with it. @default '' */
  readonly prefix?: string | undefined;
  /** Only keys that come after it. @default '' */
  readonly after?: string | undefined;
  /** Keys at most. 1 or more. @default 1000 */
  readonly limit?: number | undefined;
}

/**
 * Texts under keys, each with a revision that grows with every change anywhere in the store, also after a restart.
 *
 * Changes to one record are linearizable.
 */
export interface Records {
  /** The record, or undefined when there is none or its time is up. */
  get(key: string): Promise<StoredRecord | undefined>;
  /** Makes a record that is not there. Rejects with `ConflictError` when it is. @returns Its revision. */
  create(key: string, text: string, options?: RecordOptions): Promise<number>;
  /**
   * Changes a record. Its time to live is what `options` say now; without, it stays for ever.
   *
   * Rejects with `ConflictError` when its revision is not `revision`, or it is not there. @returns The new revision.
   */
  update(key: string, text: string, revision: number, options?: RecordOptions): Promise<number>;
  /**
   * Removes a record. @returns False when there was none.
   *
   * @param revision When given, rejects with `ConflictError` when its revision is another, or it is not there.
   */
  delete(key: string, revision?: number): Promise<boolean>;
  /** Records in the order of the UTF-8 bytes of their keys. Those whose time is up are not among them. */
  list(options?: ListOptions): Promise<readonly StoredRecord[]>;
  /**
   * Calls `listener` after every change of a record whose key begins with `prefix`, in the order of their revisions: it
   * was made, changed, removed, or its time was up, which may be told late but not before somebody finds it gone.
   * What it throws is nobody's.
   *
   * @returns A function that ends it.
   */
  watch(prefix: string, listener: (change: RecordChange) => void): () => void;
}

/** Options of {@link Records.create} and {@link Records.update}. */
export interface RecordOptions {
  /** The record is gone after so many milliseconds. Above zero. @default Infinity */
  readonly ttlMs?: number | undefined;
}

/** A record as it is stored. */
export interface StoredRecord {
  /** Its key. */
  readonly key: string;
  /** What was stored. */
  readonly text: string;
  /** The revision of the last change. */
  readonly revision: number;
}

/** A change of a record. */
export interface RecordChange {
  /** The record's key. */
  readonly key: string;
  /** What is stored now; undefined when it is gone. */
  readonly text: string | undefined;
  /** The revision of the change. */
  readonly revision: number;
}

const journalRule = port<Journal>('Journal', ['append', 'read', 'truncate', 'delete', 'list']);
const recordsRule = port<Records>('Records', ['get', 'create', 'update', 'delete', 'list', 'watch']);
const DURABILITIES: readonly unknown[] = ['memory', 'process', 'power'];

/** The rule of an option that takes a {@link Store}. */
export const storeRule: Rule<Store> = (value) => {
  const store = port<Store>('Store', ['close'])(value);
  if (!DURABILITIES.includes(store.durability)) refuse('a Store with a durability', value);
  journalRule(store.journal);
  recordsRule(store.records);
  return store;
};
