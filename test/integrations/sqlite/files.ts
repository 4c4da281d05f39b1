import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { StoreError } from '../../../src/index.ts';
import {
  type SqliteStore,
  type SqliteStoreOptions,
  sqliteStore,
} from '../../../src/integrations/sqlite/index.ts';
import { rejection } from '../../support/outcome.ts';

const folder = mkdtempSync(join(tmpdir(), 'cadre-sqlite-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A path in a folder that is removed after the tests of the file. There is nothing yet. */
export function temporaryFile(): string {
  return join(folder, `${++files}.db`);
}

/** The folder of {@link temporaryFile}. */
export function temporaryFolder(): string {
  return folder;
}

/** A store in a file, at the level of a process unless it is told. */
export const storeIn = (file: string, options: Partial<SqliteStoreOptions> = {}): SqliteStore =>
  sqliteStore({ file, durability: 'process', ...options });

/** What opening rejects with, as `fault: detail`. */
export async function faultOf(store: SqliteStore): Promise<string> {
  const { fault, detail } = (await rejection(store.open())) as StoreError;
  await store.close();
  return `${fault}: ${detail}`;
}

/** The file of a store that has something in it, closed. */
export async function writtenFile(): Promise<string> {
  const store = storeIn(temporaryFile());
  for (let run = 0; run < 20; run++) {
    for (let last = 0; last < 10; )
      last = await store.journal.append(`run.${run}`, last, [`${run}:${last}`.repeat(20)]);
  }
  await store.journal.truncate('run.3', 5, 'snapshot '.repeat(200));
  for (let lock = 0; lock < 20; lock++)
    await store.records.create(`lock.${lock}`, `owner ${lock}`.repeat(10));
  await store.close();
  return store.file;
}

/** Everything that is in a store. */
export async function contentOf(store: SqliteStore): Promise<unknown> {
  const heads = await store.journal.list();
  const parts = await Promise.all(heads.map(({ stream }) => store.journal.read(stream)));
  return [heads, parts, await store.records.list()];
}
