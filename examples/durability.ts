import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Coordinator,
  DefinitionMismatchError,
  defineWorkflow,
  isCadreError,
  type RecordedSteps,
  signal,
} from '../src/index.ts';
import { sqliteStore } from '../src/integrations/sqlite/index.ts';

// Runs that outlive their process: a report that is half done when the first process ends.

const file = join(mkdtempSync(join(tmpdir(), 'cadre-')), 'runs.db');
const paid: string[] = [];
const buy = async (what: string, key: string): Promise<string> => {
  // The key is the same over attempts and processes: a shop that knows it sells once.
  if (!paid.includes(key)) paid.push(key);
  return `${what} for ${paid.length}`;
};
const waiting = async (
  run: { snapshot(): { steps: readonly { id: string; status: string }[] } },
  id: string,
) => {
  while (run.snapshot().steps.find((step) => step.id === id)?.status !== 'running')
    await new Promise((resolve) => setImmediate(resolve));
};

const report = defineWorkflow<{ month: string }>('report', { version: 1 })
  .step('data', { run: ({ input }, { idempotencyKey }) => buy(`data of ${input.month}`, idempotencyKey) })
  .step('checked', { after: ['data'], run: signal<string>('checked') })
  .step('text', {
    after: ['data', 'checked'],
    run: ({ data, checked }) => `${data}, checked by ${checked}`,
  })
  .output(({ text }) => text);

// #region start
const store = sqliteStore({ file, durability: 'process' });
const first = new Coordinator({ store });
const started = first.start(report, { month: 'May' }, { id: 'report-may' });
await started.accepted; // from here on it is not lost, at the durability of the store
// #endregion start
await waiting(started, 'checked');
await first.close();
const end = await started.result.catch((error: unknown) => error);
assert.ok(isCadreError(end, 'SUSPENDED'));
assert.equal(started.status, 'suspended');

// #region resume
const second = new Coordinator({ store, workflows: { definitions: [report] } });
const { resumed, left } = await second.resume();
for (const { runId, reason, error } of left) console.warn(`${runId} is left: ${reason}`, error);
for (const run of resumed) await run.sendSignal('checked', 'ada');
const texts = await Promise.all(resumed.map(({ result }) => result));
// #endregion resume
assert.deepEqual(left, []);
assert.deepEqual(texts, ['data of May for 1, checked by ada']);
assert.equal(paid.length, 1);

const third = second.start(report, { month: 'June' }, { id: 'report-june' });
await waiting(third, 'checked');
await second.close();

// #region refused
const steps = (options: Parameters<typeof defineWorkflow>[1]) =>
  defineWorkflow<{ month: string }>('report', options)
    .step('figures', { run: ({ input }) => `figures of ${input.month}` })
    .step('text', { after: ['figures'], run: ({ figures }) => `all ${figures}` })
    .output(({ text }) => text);

const later = new Coordinator({ store, workflows: { definitions: [steps({ version: 2 })] } });
const [refused] = (await later.resume()).left; // 'changed': nothing was touched
// #endregion refused
assert.ok(refused?.error instanceof DefinitionMismatchError);
assert.deepEqual([refused.error.added, refused.error.removed], [['figures'], ['data', 'checked']]);

// #region migrate
// What was bought counts: the step that there is now begins as completed, with what the step before it gave.
const migrate = ({ outputs }: RecordedSteps) => ({ figures: outputs['data'] });
later.workflows.register(steps({ version: 2, changed: { migrate } }));
const [run] = (await later.resume()).resumed;
// #endregion migrate
assert.equal(await run?.result, 'all data of June for 2');
await later.close();
await store.close();
rmSync(join(file, '..'), { recursive: true });
console.log(`${texts[0]}; ${paid.length} bought`);
