import {
  ConflictError,
  type Journal,
  type JournalHead,
  type JournalPart,
  type JournalReadOptions,
  type ListOptions,
  storeChecks,
} from '../../index.ts';
import { Call } from './call.ts';
import type { Commits } from './commits.ts';
import { damagedStream, type Head, isSound } from './heads.ts';
import { type EntryRow, entrySum, type StreamRow, streamSum } from './schema.ts';
import type { Session } from './session.ts';

/** The journal of a file. */
export class SqliteJournal implements Journal {
  readonly #commits: Commits;

  constructor(commits: Commits) {
    this.#commits = commits;
  }

  append(stream: string, expected: number, entries: readonly string[]): Promise<number> {
    try {
      return this.#commits.enter(new Append(stream, expected, entries));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  read(stream: string, options?: JournalReadOptions): Promise<JournalPart> {
    return this.#commits.read(() => {
      storeChecks.key(stream);
      const { after, limit } = storeChecks.readOptions(options);
      return (session) => {
        const head = session.heads.get(stream);
        const { id, base, last } = head;
        const skipped = Math.min(Math.max(after, base), last);
        const rows = session
          .sql('SELECT * FROM entries WHERE stream = ? AND sequence > ? ORDER BY sequence LIMIT ?')
          .all(id, skipped, Math.min(limit, last - skipped)) as unknown as EntryRow[];
        const entries = rows.map((row, place) => {
          if (row.sequence !== skipped + 1 + place || !isSound(row)) throw damagedStream(stream);
          return row.text;
        });
        if (entries.length < Math.min(limit, last - skipped)) throw damagedStream(stream);
        const gone = after < base;
        return {
          last,
          snapshot: gone ? { sequence: base, text: session.heads.snapshot(stream, head) } : undefined,
          first: skipped + 1,
          entries,
        };
      };
    });
  }

  truncate(stream: string, sequence: number, snapshot: string): Promise<void> {
    return this.#commits.write(() => {
      storeChecks.key(stream);
      storeChecks.place('Journal.truncate', 'sequence', sequence);
      storeChecks.text('Journal.truncate', 'snapshot', snapshot);
      return (session) => {
        const { id, base, last } = session.heads.get(stream);
        if (sequence > last) throw new ConflictError(stream, sequence, last);
        if (sequence < base) throw new ConflictError(stream, sequence, base);
        const sum = streamSum({ id, key: stream, base: sequence });
        session
          .sql('UPDATE streams SET base = ?, sum = ?, snapshot_sum = ?, snapshot = ? WHERE id = ?')
          .run(sequence, sum, entrySum(id, sequence, snapshot), snapshot, id);
        session.sql('DELETE FROM entries WHERE stream = ? AND sequence <= ?').run(id, sequence);
        session.heads.set(stream, { id, base: sequence, last });
      };
    });
  }

  delete(stream: string, expected: number): Promise<void> {
    return this.#commits.write(() => {
      storeChecks.key(stream);
      storeChecks.expected('Journal.delete', expected);
      return (session) => {
        const { id } = claimed(session, stream, expected);
        session.sql('DELETE FROM entries WHERE stream = ?').run(id);
        session.sql('DELETE FROM streams WHERE id = ?').run(id);
        session.heads.delete(stream);
      };
    });
  }

  list(options?: ListOptions): Promise<readonly JournalHead[]> {
    return this.#commits.read(() => {
      const { prefix, after, limit } = storeChecks.listOptions('Journal.list', options);
      return (session) => {
        const found: JournalHead[] = [];
        const rows = session
          .sql('SELECT id, key, base, sum FROM streams WHERE key > ? AND key >= ? ORDER BY key')
          .iterate(after, prefix) as Iterable<unknown> as Iterable<StreamRow>;
        for (const row of rows) {
          if (streamSum(row) !== row.sum) throw damagedStream(row.key);
          if (!row.key.startsWith(prefix)) break;
          const entry = session.heads.lastEntry(row);
          found.push({ stream: row.key, last: entry?.sequence ?? row.base, entry: entry?.text });
          if (found.length >= limit) break;
        }
        return found;
      };
    });
  }
}

/** What is called most by far, so it takes the short way: no closures, and one promise. */
class Append extends Call<number> {
  readonly #stream: string;
  readonly #expected: number;
  readonly #texts: readonly string[];

  /** @throws InvalidKeyError, InvalidOptionsError */
  constructor(stream: string, expected: number, entries: readonly string[]) {
    super();
    this.#stream = storeChecks.key(stream);
    this.#texts = storeChecks.entries(entries);
    this.#expected = storeChecks.expected('Journal.append', expected);
  }

  protected work(session: Session): number {
    const head = claimed(session, this.#stream, this.#expected);
    if (this.#texts.length === 0) return head.last;
    const target = head.id > 0 ? head : makeStream(session, this.#stream);
    for (const text of this.#texts) session.insert(target.id, ++target.last, text);
    return target.last;
  }
}

function claimed({ heads }: Session, stream: string, expected: number): Head {
  const head = heads.get(stream);
  if (head.last !== expected) throw new ConflictError(stream, expected, head.last);
  return head;
}

function makeStream(session: Session, key: string): Head {
  const row = session.sql('SELECT max(id) AS id FROM streams').get() as { id: number | null };
  const id = (row.id ?? 0) + 1;
  session
    .sql('INSERT INTO streams VALUES (?, ?, 0, ?, ?, ?)')
    .run(id, key, streamSum({ id, key, base: 0 }), entrySum(id, 0, ''), '');
  return session.heads.set(key, { id, base: 0, last: 0 });
}
