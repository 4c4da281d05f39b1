import type { StatementSync } from 'node:sqlite';
import { damaged } from './faults.ts';
import { type EntryRow, entrySum, type SnapshotRow, type StreamRow, streamSum } from './schema.ts';

/** Where heads are read from. */
interface Statements {
  /** Prepares a statement, once. */
  sql(text: string): StatementSync;
}

/** The end of a stream, as it is remembered. */
export interface Head {
  /** 0 for a stream that does not exist. */
  readonly id: number;
  /** The sequence of its snapshot; 0 without one. */
  readonly base: number;
  /** The sequence of its last entry. */
  last: number;
}

/** Heads at most, so that memory does not grow with the streams that there are. */
const LIMIT = 10_000;
const NO_STREAM: Head = Object.freeze({ id: 0, base: 0, last: 0 });

/** Where the streams end that were used of late. */
export class Heads {
  readonly #statements: Statements;
  readonly #known = new Map<string, Head>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The head of a stream. */
  get(key: string): Head {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const row = this.row(key);
    if (row === undefined) return NO_STREAM;
    const last = this.lastEntry(row)?.sequence ?? row.base;
    return this.set(key, { id: row.id, base: row.base, last });
  }

  /** Remembers a head. */
  set(key: string, head: Head): Head {
    // The oldest goes; that a stream in use may be among them costs a look-up.
    if (this.#known.size >= LIMIT) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(key, head);
    return head;
  }

  /** Forgets a stream. */
  delete(key: string): void {
    this.#known.delete(key);
  }

  /** Forgets all. */
  clear(): void {
    this.#known.clear();
  }

  /** What is stored of a stream. */
  row(key: string): StreamRow | undefined {
    const row = this.#statements.sql('SELECT id, key, base, sum FROM streams WHERE key = ?').get(key);
    const stream = row as unknown as StreamRow | undefined;
    if (stream !== undefined && streamSum(stream) !== stream.sum) throw damagedStream(key);
    return stream;
  }

  /** The snapshot of a stream. */
  snapshot(key: string, { id, base }: Head): string {
    const row = this.#statements.sql('SELECT snapshot, snapshot_sum FROM streams WHERE id = ?').get(id);
    const { snapshot, snapshot_sum } = (row ?? {}) as Partial<SnapshotRow>;
    if (snapshot === undefined || entrySum(id, base, snapshot) !== snapshot_sum) throw damagedStream(key);
    return snapshot;
  }

  /** The last entry of a stream, unless its snapshot stands for all. */
  lastEntry({ id, key, base }: StreamRow): EntryRow | undefined {
    const row = this.#statements
      .sql('SELECT * FROM entries WHERE stream = ? ORDER BY sequence DESC LIMIT 1')
      .get(id);
    const entry = row as unknown as EntryRow | undefined;
    // There is no stream without an entry or a snapshot.
    const sound = entry === undefined ? base > 0 : entry.sequence > base && isSound(entry);
    if (!sound) throw damagedStream(key);
    return entry;
  }
}

/** Whether a row is what was stored. */
export function isSound({ stream, sequence, text, sum }: EntryRow): boolean {
  return entrySum(stream, sequence, text) === sum;
}

/** The error for a stream that is damaged. */
export function damagedStream(key: string): Error {
  return damaged(`stream ${JSON.stringify(key)}`);
}
