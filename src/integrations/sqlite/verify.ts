import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../index.ts';
import { damaged } from './faults.ts';
import {
  type EntryRow,
  entrySum,
  type RecordRow,
  recordSum,
  type SnapshotRow,
  type StreamRow,
  streamSum,
} from './schema.ts';

/** The entries of a stream, as the index has them. */
interface Extent {
  readonly stream: number;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/**
 * Refuses a file in which something is damaged: its pages and indexes by SQLite's own check, every row by its sum,
 * every stream by its gaps.
 *
 * @param revision The last revision, which no record is beyond.
 */
export function checkRows(database: DatabaseSync, file: string, revision: number): void {
  const found = database.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'];
  if (found !== 'ok') throw new StoreError('corrupt', `${file}: ${String(found)}`);
  for (const { stream, sequence, text, sum } of rows<EntryRow>(database, 'SELECT * FROM entries')) {
    if (entrySum(stream, sequence, text) !== sum) throw damaged(`entry ${sequence} of a stream`);
  }
  checkStreams(database);
  for (const row of rows<RecordRow>(database, 'SELECT * FROM records')) {
    if (recordSum(row) !== row.sum || row.revision > revision) throw damaged(`record ${shown(row.key)}`);
  }
}

function checkStreams(database: DatabaseSync): void {
  const extents = rows<Extent>(
    database,
    'SELECT stream, min(sequence) AS first, max(sequence) AS last, count(*) AS count FROM entries GROUP BY stream ORDER BY stream',
  )[Symbol.iterator]();
  let extent = extents.next();
  for (const stream of rows<StreamRow & SnapshotRow>(database, 'SELECT * FROM streams ORDER BY id')) {
    const own = !extent.done && extent.value.stream === stream.id ? extent.value : undefined;
    const { id, key, base, sum, snapshot, snapshot_sum } = stream;
    const isSound = streamSum(stream) === sum && entrySum(id, base, snapshot) === snapshot_sum;
    if (!isSound || !isWhole(base, own)) throw damaged(`stream ${shown(key)}`);
    if (own !== undefined) extent = extents.next();
  }
  if (!extent.done) throw damaged('an entry without a stream');
}

function isWhole(base: number, extent: Extent | undefined): boolean {
  if (extent === undefined) return base > 0;
  return extent.first === base + 1 && extent.last - base === extent.count;
}

function rows<T>(database: DatabaseSync, sql: string): Iterable<T> {
  return database.prepare(sql).iterate() as Iterable<unknown> as Iterable<T>;
}

/** A key may be damaged beyond reading. */
function shown(key: string): string {
  return JSON.stringify(key);
}
