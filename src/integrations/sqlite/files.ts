import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../../index.ts';
import { APPLICATION_ID, revisionSum, SCHEMA_VERSION, TABLES } from './schema.ts';

type Sqlite = typeof import('node:sqlite');

/**
 * Refuses what can not be the file of a store, before SQLite touches it.
 *
 * Nothing here opens the file: to close it again would let go of the lock by which another store of this process holds it.
 *
 * @returns False when there is none, and one is to be made.
 */
export function checkPlace(file: string, create: boolean): boolean {
  const folder = dirname(file);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) {
    if (!existsSync(folder)) throw new StoreError('missing', `there is no folder ${folder}`);
    if (!statSync(folder).isDirectory()) throw new StoreError('missing', `${folder} is no folder`);
    if (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size) {
      throw new StoreError('missing', `${file} is gone, but its log ${file}-wal is there`);
    }
    if (!create) throw new StoreError('missing', `there is no file ${file}`);
    accessSync(folder, constants.W_OK);
    return false;
  }
  if (!found.isFile()) throw new StoreError('failed', `${file} is no file`);
  // A store is never seen unfinished: this one was emptied by somebody.
  if (found.size === 0) throw new StoreError('corrupt', `${file} is empty`);
  accessSync(file, constants.R_OK | constants.W_OK);
  accessSync(folder, constants.W_OK);
  return true;
}

/** Makes the file of a new store under another name, and gives it its own when it is whole. */
export function makeFile({ DatabaseSync }: Sqlite, file: string, id: string): void {
  const draft = `${file}.${id}.new`;
  try {
    const database = new DatabaseSync(draft);
    try {
      database.exec('PRAGMA encoding = "UTF-8"; PRAGMA synchronous = FULL; BEGIN');
      for (const table of TABLES) database.exec(table);
      database.prepare('INSERT INTO revisions VALUES (1, 0, ?)').run(revisionSum(0));
      database.exec(
        `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`,
      );
      database.exec('PRAGMA journal_mode = WAL');
    } finally {
      database.close();
    }
    giveName(draft, file);
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${draft}${end}`, { force: true });
  }
  syncFolder(dirname(file));
}

function giveName(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    const { code } = error as { code?: string };
    // Somebody else has made it in the meantime; whoever gets the lock has it.
    if (code === 'EEXIST') return;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    renameSync(draft, file); // a file system without links
  }
}

function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Not every system can: Windows has no such call, and needs none.
  }
}
