import { describe, expect, it } from 'vitest';
import {
  Coordinator,
  defineWorkflow,
  memoryStore,
  type Records,
  type Store,
  StoreError,
  signal,
} from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';

describe('an owner whose sign of life cannot be stored', () => {
  it('does not go on with a run that only waits, and tells so', async () => {
    const clock = new FakeClock();
    const kept = memoryStore({ clock });
    const flow = defineWorkflow('flow').step('go', { run: signal('go') });
    const workflows = { definitions: [flow] };
    const first = new Coordinator({ store: kept, clock, workflows });
    first.start(flow, undefined, { id: 'r' });
    await clock.advance(10);
    await first.close();

    const { records } = kept;
    const create: Records['create'] = async () => {
      throw new StoreError('full', 'no space is left');
    };
    const full: Store = {
      durability: kept.durability,
      journal: kept.journal,
      records: {
        get: (...values) => records.get(...values),
        create,
        update: (...values) => records.update(...values),
        delete: (...values) => records.delete(...values),
        list: (...values) => records.list(...values),
        watch: (...values) => records.watch(...values),
      } as Records,
      close: async () => {},
    };
    const second = new Coordinator({ store: full, clock, workflows });
    const resuming = second.resume();
    await clock.advance('1m');
    const { resumed } = await resuming;
    for (const run of resumed) await expect(run.result).rejects.toMatchObject({ code: 'SUSPENDED' });
    await second.close();
  });
});
