import type { Store } from '../../index.ts';
import { Commits } from './commits.ts';
import { SqliteJournal } from './journal.ts';
import { readOptions, type SqliteSettings, type SqliteStoreOptions } from './options.ts';
import { SqliteRecords } from './records.ts';

/** A store in one file. */
export interface SqliteStore extends Store {
  /** The absolute path of the file. */
  readonly file: string;
  /**
   * Opens the file now, to know early whether it can be used; otherwise the first call does.
   *
   * Rejects with `StoreError` or `ClosedError`. The next call tries again.
   */
  open(): Promise<void>;
}

class FileStore implements SqliteStore {
  readonly file: string;
  readonly durability: 'process' | 'power';
  /** The file is locked for others. */
  readonly exclusive = true;
  readonly journal: SqliteJournal;
  readonly records: SqliteRecords;
  readonly #commits: Commits;

  constructor(settings: SqliteSettings) {
    this.file = settings.file;
    this.durability = settings.durability;
    this.#commits = new Commits(settings, (changes) => this.records.stored(changes));
    this.journal = new SqliteJournal(this.#commits);
    this.records = new SqliteRecords(this.#commits, settings.clock);
  }

  async open(): Promise<void> {
    this.#commits.checkOpen();
    this.#commits.open();
  }

  close(): Promise<void> {
    const closed = this.#commits.close();
    this.records.close();
    return closed;
  }
}

/**
 * A store in a file of SQLite, by Node's own `node:sqlite`: nothing to install.
 *
 * One store holds the file at a time, in whatever process; another gets a `StoreError` that says `locked`. Nothing is
 * opened before the first call or {@link SqliteStore.open}, and a store at rest keeps no process alive. What is called
 * in one turn of the event loop is stored in one transaction; each call waits for that, and the event loop with it.
 *
 * A file that is missing (with `create: false`), read-only, locked, damaged, of another application or of a newer version
 * is refused with a `StoreError` that says so, and so is one that is empty: a store is never seen unfinished, so somebody
 * has emptied it. Nothing is repaired, and nothing begins anew in silence.
 *
 * SQLite before 3.51.3 is warned of once in a process (`CADRE_OLD_SQLITE`): there, when one connection begins the log
 * anew at the very moment at which another one ends copying it, a later copy may leave out what was stored. A store has
 * one connection and keeps all others out, so this can only be met by somebody who opens the file while no store does.
 *
 * @throws InvalidOptionsError
 */
export function sqliteStore(options: SqliteStoreOptions): SqliteStore {
  return new FileStore(readOptions(options));
}
