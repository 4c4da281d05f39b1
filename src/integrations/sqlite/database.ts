import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { StoreError } from '../../index.ts';
import { damaged } from './faults.ts';
import { checkPlace, makeFile } from './files.ts';
import { isLogSound } from './log.ts';
import type { SqliteSettings } from './options.ts';
import { APPLICATION_ID, SCHEMA_VERSION, TABLES } from './schema.ts';
import { loadSqlite } from './sqlite.ts';

type Sqlite = typeof import('node:sqlite');

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;

/** What each level asks of SQLite, and how it answers. */
const SYNCHRONOUS = { process: ['NORMAL', 1], power: ['FULL', 2] } as const;
/** The log is cut back to this after a large transaction. */
const LOG_BYTES = 16 * 1_024 * 1_024;

/** Opens the file of a store, checked and locked. Throws what Node, SQLite or a check throws; nothing is held then. */
export function openDatabase(settings: SqliteSettings): DatabaseSync {
  const { file, clock, create } = settings;
  const sqlite = loadSqlite();
  if (!checkPlace(file, create)) makeFile(sqlite, file, clock.id());
  checkOwner(sqlite, file);
  checkLog(sqlite, file);
  const database = new sqlite.DatabaseSync(file);
  try {
    prepare(database, settings);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/**
 * Refuses a database of somebody else, opened so that SQLite writes nothing, also not what it would tidy up.
 *
 * The log is not looked at: where a crash has left one, the file alone may make no sense, and the next step will tell.
 */
function checkOwner({ DatabaseSync }: Sqlite, file: string): void {
  const database = new DatabaseSync(new URL(`${pathToFileURL(file).href}?immutable=1`), { readOnly: true });
  try {
    if (pragma(database, 'application_id') !== APPLICATION_ID) {
      throw new StoreError('corrupt', `${file} is a database, but no store of cadre`);
    }
  } catch (error) {
    if (((error as { errcode?: number }).errcode ?? 0) !== SQLITE_CORRUPT) throw error;
  } finally {
    database.close();
  }
}

/** Refuses a damaged log before SQLite makes an end of it, unless somebody holds the file and is writing the log. */
function checkLog({ DatabaseSync }: Sqlite, file: string): void {
  const log = `${file}-wal`;
  if (isLogSound(log)) return;
  // Only for reading: such a connection does not copy the log into the file when it is closed.
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    pragma(database, 'user_version');
  } catch (error) {
    if ((((error as { errcode?: number }).errcode ?? 0) & 0xff) === SQLITE_BUSY) throw error;
  } finally {
    database.close();
  }
  throw damaged(log);
}

function prepare(database: DatabaseSync, { file, durability }: SqliteSettings): void {
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON');
  const version = Number(pragma(database, 'user_version'));
  if (version > SCHEMA_VERSION) {
    throw new StoreError('newer', `${file} has version ${version}, and this cadre knows ${SCHEMA_VERSION}`);
  }
  const isOurs = version === SCHEMA_VERSION && pragma(database, 'application_id') === APPLICATION_ID;
  if (!isOurs || pragma(database, 'journal_mode') !== 'wal') throw damaged(`the head of ${file}`);
  // Only after the journal mode: what is said before may not hold for the log.
  const [level, answer] = SYNCHRONOUS[durability];
  database.exec(`PRAGMA synchronous = ${level}; PRAGMA journal_size_limit = ${LOG_BYTES}`);
  if (pragma(database, 'synchronous') !== answer) {
    throw new StoreError('failed', `${file}: SQLite does not take synchronous = ${level}`);
  }
  // On macOS a sync does not reach the disk without it.
  if (durability === 'power') database.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
  database.exec('BEGIN IMMEDIATE; COMMIT');
  if (!hasTables(database)) throw damaged(`the head of ${file}`);
}

function hasTables(database: DatabaseSync): boolean {
  const found = database.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid').all();
  return found.length === TABLES.length && found.every(({ sql }, place) => sql === TABLES[place]);
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}
