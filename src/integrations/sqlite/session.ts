import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RecordChange } from '../../index.ts';
import { openDatabase } from './database.ts';
import { damaged } from './faults.ts';
import { Heads } from './heads.ts';
import type { SqliteSettings } from './options.ts';
import { entrySum, type RevisionRow, revisionSum } from './schema.ts';
import { checkRows } from './verify.ts';

const COLUMNS = 4;
const VALUES_AT_ONCE = 16 * COLUMNS;
/** Long texts go one by one: each is copied when it is bound. */
const UNITS_AT_ONCE = 1_000_000;
const ROW = '(?, ?, ?, ?)';
const INSERT = `INSERT INTO entries VALUES ${ROW}`;
const INSERT_MANY = `${INSERT}${`, ${ROW}`.repeat(VALUES_AT_ONCE / COLUMNS - 1)}`;

/** The open file, with what is remembered of it. What is remembered is forgotten when a transaction fails. */
export class Session {
  readonly heads: Heads;
  /** What watchers are to be told when the transaction is stored. */
  changes: RecordChange[] = [];
  readonly #database: DatabaseSync;
  /** Entries that no statement has stored yet; every other statement stores them first. */
  #values: (number | string)[] = [];
  /** The length of their texts. */
  #units = 0;
  readonly #statements = new Map<string, StatementSync>();
  /** The last revision; undefined when it must be read. */
  #revision: number | undefined;
  #storedRevision = 0;
  /** When the next record expires, in epoch milliseconds; undefined when it must be read. */
  #nextExpiry: number | undefined;

  /** Throws what Node, SQLite or a check throws. */
  constructor(settings: SqliteSettings) {
    this.#database = openDatabase(settings);
    this.heads = new Heads(this);
    try {
      const revision = this.revision();
      if (settings.check) checkRows(this.#database, settings.file, revision);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** Adds an entry. Several are stored by one statement, before anything else is asked. */
  insert(stream: number, sequence: number, text: string): void {
    this.#values.push(stream, sequence, text, entrySum(stream, sequence, text));
    this.#units += text.length;
    if (this.#values.length === VALUES_AT_ONCE || this.#units > UNITS_AT_ONCE) this.#insert();
  }

  #insert(): void {
    const values = this.#values;
    this.#values = [];
    this.#units = 0;
    if (values.length === VALUES_AT_ONCE) {
      this.sql(INSERT_MANY).run(...values);
      return;
    }
    const insert = this.sql(INSERT);
    for (let at = 0; at < values.length; at += COLUMNS) insert.run(...values.slice(at, at + COLUMNS));
  }

  /** Prepares a statement, once. */
  sql(text: string): StatementSync {
    if (this.#values.length > 0) this.#insert();
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** Stores all that `work` does, or, when it throws, nothing. */
  transaction(work: () => void): void {
    this.sql('BEGIN IMMEDIATE').run();
    try {
      work();
      this.#storeRevision();
      this.sql('COMMIT').run();
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  /** The revision of the last change. */
  revision(): number {
    if (this.#revision === undefined) {
      const row = this.sql('SELECT last, sum FROM revisions').get() as RevisionRow | undefined;
      if (row === undefined || revisionSum(row.last) !== row.sum) throw damaged('the last revision');
      this.#revision = row.last;
      this.#storedRevision = row.last;
    }
    return this.#revision;
  }

  /** Notes a change of a record. @returns Its revision. */
  change(key: string, text: string | undefined): number {
    const revision = this.revision() + 1;
    this.#revision = revision;
    this.changes.push({ key, text, revision });
    return revision;
  }

  /** When the next record expires, in epoch milliseconds, or before; Infinity when none does. */
  get nextExpiry(): number {
    this.#nextExpiry ??= Number(
      this.sql('SELECT min(expires_at) AS next FROM records WHERE expires_at > 0').get()?.['next'] ??
        Number.POSITIVE_INFINITY,
    );
    return this.#nextExpiry;
  }

  /** A record was stored that expires at a time. */
  expires(at: number): void {
    if (at < this.nextExpiry) this.#nextExpiry = at;
  }

  /** Those that were to expire have. */
  expired(): void {
    this.#nextExpiry = undefined;
  }

  /** Closes the file. */
  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #storeRevision(): void {
    if (this.#revision === undefined || this.#revision === this.#storedRevision) return;
    this.sql('UPDATE revisions SET last = ?, sum = ?').run(this.#revision, revisionSum(this.#revision));
    this.#storedRevision = this.#revision;
  }

  #forget(): void {
    this.changes = [];
    this.heads.clear();
    this.#revision = undefined;
    this.#nextExpiry = undefined;
    try {
      this.sql('ROLLBACK').run();
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
  }
}
