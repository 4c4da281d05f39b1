import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/index.ts';
import { type SqliteStore, sqliteStore } from '../../../src/integrations/sqlite/index.ts';
import { FakeClock, runContract, storeContract } from '../../../src/testing/index.ts';
import { temporaryFile } from './files.ts';

let clock = new FakeClock();
const reopen = async (store: Store): Promise<Store> => {
  await store.close();
  const { durability, file } = store as SqliteStore;
  return sqliteStore({ file, durability: durability as 'process', clock });
};

storeContract(
  { describe, it },
  () => {
    clock = new FakeClock();
    return sqliteStore({ file: temporaryFile(), durability: 'process', clock });
  },
  { advance: (_store, ms) => clock.advance(ms), reopen },
);

describe.each(['process', 'power'] as const)(
  'a store at the level of "%s" on the real clock',
  (durability) => {
    it('keeps the contract too', { timeout: 60_000 }, async () => {
      const { failed, passed } = await runContract((runner) =>
        storeContract(runner, () => sqliteStore({ file: temporaryFile(), durability })),
      );

      expect(failed).toEqual([]);
      expect(passed.length).toBeGreaterThanOrEqual(40);
    });
  },
);
