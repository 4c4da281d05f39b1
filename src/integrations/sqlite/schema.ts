import { crc32 } from 'node:zlib';

/** Marks the file as one of cadre's: "cadr" in ASCII. */
export const APPLICATION_ID = 0x63616472;
/** The version of the tables below. */
export const SCHEMA_VERSION = 1;

/**
 * Entries lie in the order in which they came, whatever their stream: a turn that appends to a thousand streams then
 * writes a few pages and not a thousand. Every row has a sum of what it says, as SQLite has none for its pages.
 */
export const TABLES: readonly string[] = [
  'CREATE TABLE streams (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, base INTEGER NOT NULL, sum INTEGER NOT NULL, snapshot_sum INTEGER NOT NULL, snapshot TEXT NOT NULL) STRICT',
  'CREATE TABLE entries (stream INTEGER NOT NULL, sequence INTEGER NOT NULL, text TEXT NOT NULL, sum INTEGER NOT NULL, UNIQUE (stream, sequence)) STRICT',
  'CREATE TABLE records (key TEXT NOT NULL UNIQUE, text TEXT NOT NULL, revision INTEGER NOT NULL, expires_at INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT',
  'CREATE INDEX records_expire ON records (expires_at) WHERE expires_at > 0',
  'CREATE TABLE revisions (id INTEGER PRIMARY KEY, last INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT',
];

/** A row of `streams` without its snapshot, which may be long. Where there is none `base` is 0. */
export interface StreamRow {
  readonly id: number;
  readonly key: string;
  readonly base: number;
  readonly sum: number;
}

/** The snapshot in a row of `streams`; empty where there is none. */
export interface SnapshotRow {
  readonly snapshot: string;
  readonly snapshot_sum: number;
}

/** A row of `entries`. */
export interface EntryRow {
  readonly stream: number;
  readonly sequence: number;
  readonly text: string;
  readonly sum: number;
}

/** A row of `records`. `expires_at` is in epoch milliseconds; 0 for never. */
export interface RecordRow {
  readonly key: string;
  readonly text: string;
  readonly revision: number;
  readonly expires_at: number;
  readonly sum: number;
}

/** The row of `revisions`. */
export interface RevisionRow {
  readonly last: number;
  readonly sum: number;
}

/** Spreads two numbers over 32 bits so that a change of one bit in either always changes the result. */
function mixed(a: number, b: number): number {
  return (Math.imul(a, 0x9e3779b1) ^ b) >>> 0;
}

/** The sum of a row of `streams` without its snapshot. */
export function streamSum({ id, key, base }: Omit<StreamRow, 'sum'>): number {
  return crc32(key, mixed(id, base));
}

/** The sum of a row of `entries`, or of the snapshot that stands for the entries up to `sequence`. */
export function entrySum(stream: number, sequence: number, text: string): number {
  return crc32(text, mixed(stream, sequence));
}

/** The sum of a row of `records`. */
export function recordSum({ key, text, revision, expires_at }: Omit<RecordRow, 'sum'>): number {
  return crc32(text, crc32(`${key} ${revision} ${expires_at} `));
}

/** The sum of the row of `revisions`. */
export function revisionSum(last: number): number {
  return crc32(`revision ${last}`);
}
