import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Coordinator, defineWorkflow } from '../../../src/index.ts';
import { sqliteStore } from '../../../src/integrations/sqlite/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cadre-owners-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => sqliteStore({ file: join(folder, 'runs.db'), durability: 'process' });

it('takes up at once what an owner has left behind that cannot have the file open any more', async () => {
  let stuck = true;
  const slow = defineWorkflow('slow').step('s', { run: () => (stuck ? new Promise(() => {}) : 'done') });
  const workflows = { definitions: [slow] };
  const before = open();
  const dead = new Coordinator({ store: before, workflows, grace: 0 });
  await dead.start(slow, undefined, { id: 'r1' }).accepted;
  // The file is let go of without a word to anybody, as the end of a process does.
  await before.close();

  stuck = false;
  const store = open();
  const coordinator = new Coordinator({ store, workflows });
  const { resumed, left } = await coordinator.resume();
  expect(left).toEqual([]);
  await expect(resumed[0]!.result).resolves.toEqual({ s: 'done' });
  await coordinator.close();
  await store.close();
  await dead.close();
});

it('leaves alone what another coordinator at the same store owns', async () => {
  const slow = defineWorkflow('slow').step('s', { run: () => new Promise(() => {}) });
  const workflows = { definitions: [slow] };
  const store = open();
  const one = new Coordinator({ store, workflows, grace: 0 });
  const two = new Coordinator({ store, workflows, grace: 0 });
  await one.start(slow, undefined, { id: 'r1' }).accepted;

  expect((await two.resume()).left).toMatchObject([{ runId: 'r1', reason: 'owned' }]);
  await one.close();
  expect((await two.resume()).resumed).toHaveLength(1);
  await two.close();
  await store.close();
});
