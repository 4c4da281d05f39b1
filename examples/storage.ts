import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCadreError, memoryStore, StoreError } from '../src/index.ts';
import { sqliteStore } from '../src/integrations/sqlite/index.ts';
import { runContract, storeContract } from '../src/testing/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'cadre-'));
const file = join(folder, 'shop.db');

// #region open
const store = sqliteStore({ file, durability: 'power' });
await store.open(); // or leave it to the first call
// #endregion open

// #region journal
// A stream is a list that only grows. Each append says where it believes the end to be.
await store.journal.append('order/7', 0, ['{"ordered":"lamp"}']);
await store.journal.append('order/7', 1, ['{"paid":30}', '{"sent":true}']);

const late = await store.journal.append('order/7', 1, ['{"paid":30}']).catch((error: unknown) => error);
const { last, entries } = await store.journal.read('order/7', { after: 1 });
// #endregion journal
assert.ok(isCadreError(late, 'CONFLICT'));
assert.deepEqual([last, entries], [3, ['{"paid":30}', '{"sent":true}']]);

// #region records
// A record is a text under a key. A change names the revision that it is a change of.
const taken = await store.records.create('lock/order/7', 'ada', { ttlMs: 30_000 });
const renewed = await store.records.update('lock/order/7', 'ada', taken, { ttlMs: 30_000 });
await store.records.delete('lock/order/7', renewed);
// #endregion records

// #region failing
const second = sqliteStore({ file, durability: 'power' });
const fault = await second.open().then(
  () => 'none',
  (error: unknown) => (error instanceof StoreError ? error.fault : 'something else'),
);
// #endregion failing
assert.equal(fault, 'locked');
await store.close();

// #region contract
const { passed, failed } = await runContract((runner) => storeContract(runner, () => memoryStore()));
// #endregion contract
assert.deepEqual(failed, []);
rmSync(folder, { recursive: true });
console.log(`${entries.length} entries after the first; ${passed.length} clauses kept`);
