import {
  type Clock,
  ConflictError,
  type ListOptions,
  type RecordChange,
  type RecordOptions,
  type Records,
  RecordWatchers,
  type StoredRecord,
  storeChecks,
  type Timer,
} from '../../index.ts';
import type { Commits } from './commits.ts';
import { damaged } from './faults.ts';
import { type RecordRow, recordSum } from './schema.ts';
import type { Session } from './session.ts';

/** The wall clock may jump, so nobody sleeps longer than this without looking at it. */
const LONGEST_SLEEP_MS = 60_000;

/** The records of a file. Their time to live is counted on the wall clock, which goes on while nobody has it open. */
export class SqliteRecords implements Records {
  readonly #commits: Commits;
  readonly #clock: Clock;
  readonly #watchers = new RecordWatchers();
  #timer: Timer | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(commits: Commits, clock: Clock) {
    this.#commits = commits;
    this.#clock = clock;
  }

  get(key: string): Promise<StoredRecord | undefined> {
    return this.#look(() => {
      storeChecks.key(key);
      return (session) => {
        const row = find(session, key);
        return row && { key, text: row.text, revision: row.revision };
      };
    });
  }

  create(key: string, text: string, options?: RecordOptions): Promise<number> {
    return this.#change(() => {
      storeChecks.key(key);
      storeChecks.text('Records.create', 'text', text);
      const { ttlMs } = storeChecks.recordOptions('Records.create', options);
      return (session) => {
        const there = find(session, key);
        if (there !== undefined) throw new ConflictError(key, 0, there.revision);
        return this.#store(session, key, text, ttlMs);
      };
    });
  }

  update(key: string, text: string, revision: number, options?: RecordOptions): Promise<number> {
    return this.#change(() => {
      storeChecks.key(key);
      storeChecks.text('Records.update', 'text', text);
      storeChecks.place('Records.update', 'revision', revision);
      const { ttlMs } = storeChecks.recordOptions('Records.update', options);
      return (session) => {
        claimRevision(session, key, revision);
        return this.#store(session, key, text, ttlMs);
      };
    });
  }

  delete(key: string, revision?: number): Promise<boolean> {
    return this.#change(() => {
      storeChecks.key(key);
      if (revision !== undefined) storeChecks.place('Records.delete', 'revision', revision);
      return (session) => {
        if (revision !== undefined) claimRevision(session, key, revision);
        else if (find(session, key) === undefined) return false;
        session.sql('DELETE FROM records WHERE key = ?').run(key);
        session.change(key, undefined);
        return true;
      };
    });
  }

  list(options?: ListOptions): Promise<readonly StoredRecord[]> {
    return this.#look(() => {
      const { prefix, after, limit } = storeChecks.listOptions('Records.list', options);
      return (session) => {
        const found: StoredRecord[] = [];
        const rows = session
          .sql('SELECT * FROM records WHERE key > ? AND key >= ? ORDER BY key')
          .iterate(after, prefix) as Iterable<unknown> as Iterable<RecordRow>;
        for (const row of rows) {
          const { key, text, revision } = sound(row);
          if (!key.startsWith(prefix)) break;
          found.push({ key, text, revision });
          if (found.length >= limit) break;
        }
        return found;
      };
    });
  }

  watch(prefix: string, listener: (change: RecordChange) => void): () => void {
    this.#commits.checkOpen();
    const end = this.#watchers.watch(prefix, listener);
    this.#setTimer();
    return () => {
      end();
      this.#setTimer();
    };
  }

  /** Tells what has been stored. */
  stored(changes: readonly RecordChange[]): void {
    for (const change of changes) this.#watchers.tell(change);
    this.#setTimer();
  }

  /** Ends the watchers. */
  close(): void {
    this.#watchers.close();
    this.#setTimer();
  }

  /** Looks at records of which none has expired: those that have are removed first, which is a change. */
  #look<T>(prepare: () => (session: Session) => T): Promise<T> {
    return this.#commits.read(prepare, (session) => session.nextExpiry > this.#clock.now(), this.#expire);
  }

  #change<T>(prepare: () => (session: Session) => T): Promise<T> {
    return this.#commits.write(() => {
      const work = prepare();
      return (session) => {
        this.#expire(session);
        return work(session);
      };
    });
  }

  readonly #expire = (session: Session): void => {
    const now = this.#clock.now();
    if (session.nextExpiry > now) return;
    const due = session
      .sql('SELECT key FROM records WHERE expires_at > 0 AND expires_at <= ? ORDER BY expires_at, key')
      .all(now);
    for (const { key } of due as { key: string }[]) {
      session.sql('DELETE FROM records WHERE key = ?').run(key);
      session.change(key, undefined);
    }
    session.expired();
  };

  #store(session: Session, key: string, text: string, ttlMs: number): number {
    const revision = session.change(key, text);
    const at = Math.ceil(this.#clock.now() + ttlMs);
    const expires_at = Number.isSafeInteger(at) ? at : 0;
    session
      .sql('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)')
      .run(key, text, revision, expires_at, recordSum({ key, text, revision, expires_at }));
    if (expires_at > 0) session.expires(expires_at);
    return revision;
  }

  /** One timer for all, and only while somebody watches; others find it gone when they look. */
  #setTimer(): void {
    const at = this.#watchers.size > 0 ? this.#commits.nextExpiry : Number.POSITIVE_INFINITY;
    if (at === Number.POSITIVE_INFINITY || at < this.#timerAt) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    if (at === Number.POSITIVE_INFINITY || this.#timer !== undefined) return;
    this.#timerAt = at;
    this.#timer = this.#clock.schedule(this.#ring, Math.min(at - this.#clock.now(), LONGEST_SLEEP_MS));
    this.#timer.unref();
  }

  readonly #ring = (): void => {
    this.#timer = undefined;
    // Nobody waits for it: a store that can not do it now says so to whoever calls.
    this.#change(() => () => {}).catch(() => {});
  };
}

function find(session: Session, key: string): RecordRow | undefined {
  const row = session.sql('SELECT * FROM records WHERE key = ?').get(key);
  return row && sound(row as unknown as RecordRow);
}

function sound(row: RecordRow): RecordRow {
  if (recordSum(row) !== row.sum) throw damaged(`record ${JSON.stringify(row.key)}`);
  return row;
}

function claimRevision(session: Session, key: string, revision: number): void {
  const actual = find(session, key)?.revision ?? 0;
  if (actual !== revision) throw new ConflictError(key, revision, actual);
}
