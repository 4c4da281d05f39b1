import { StoreError } from '../../index.ts';

/** Node's SQLite, loaded when the first store is opened: some releases warn when it is, and some have none. */
export function loadSqlite(): typeof import('node:sqlite') {
  const sqlite = process.getBuiltinModule('node:sqlite');
  if (sqlite === undefined) {
    throw new StoreError('failed', `Node ${process.version} has no node:sqlite; 22.13 and later have it`);
  }
  warnOfOld(sqlite);
  return sqlite;
}

const SOUND_VERSION = [3, 51, 3];
let looked = false;

function warnOfOld({ DatabaseSync }: typeof import('node:sqlite')): void {
  if (looked) return;
  looked = true;
  const database = new DatabaseSync(':memory:');
  const { version } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  database.close();
  if (!isOlder(version)) return;
  process.emitWarning(
    `SQLite ${version} may damage a file on which two connections write at one moment. A store uses one alone, so ` +
      'this needs somebody else who has the file open. Use a Node with SQLite 3.51.3 or later.',
    { type: 'CadreWarning', code: 'CADRE_OLD_SQLITE' },
  );
}

function isOlder(version: string): boolean {
  const parts = version.split('.').map(Number);
  const differing = SOUND_VERSION.findIndex((part, place) => part !== parts[place]);
  return differing >= 0 && parts[differing]! < SOUND_VERSION[differing]!;
}
