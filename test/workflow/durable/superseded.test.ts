import { describe, expect, it } from 'vitest';
import { Coordinator, defineWorkflow, memoryStore, signal } from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';

describe('an owner that stood still while another took its run over', () => {
  /** One whose clock stands still, and a store and a second owner whose clock goes on. */
  function houses() {
    const still = new FakeClock();
    const clock = new FakeClock({ seed: 2 });
    const store = memoryStore({ clock });
    const begun: string[] = [];
    const give = new Map<string, (output: string) => void>();
    const flowOf = (owner: string) =>
      defineWorkflow('flow')
        .step('a', {
          run: () =>
            new Promise<string>((resolve) => {
              begun.push(`a at ${owner}`);
              give.set(owner, resolve);
            }),
        })
        .step('b', { after: ['a'], run: () => void begun.push(`b at ${owner}`) })
        .step('c', { run: signal('go') });
    const flow = flowOf('first');
    const first = new Coordinator({ store, clock: still, workflows: { definitions: [flow] } });
    // Names of owners come from the clock, and these are alike.
    clock.id();
    const other = flowOf('second');
    const second = new Coordinator({ store, clock, workflows: { definitions: [other] } });
    return { store, clock, still, begun, give, flow, first, second };
  }

  it('is told when it next stores something, and begins nothing more', async () => {
    const { clock, still, begun, give, flow, first, second } = houses();
    const run = first.start(flow, undefined, { id: 'r' });
    await still.advance(10);
    await clock.advance('1m');
    const { resumed } = await second.resume();
    expect(resumed).toHaveLength(1);
    await clock.advance(10);
    give.get('first')!('late');
    await expect(run.result).rejects.toMatchObject({ code: 'SUPERSEDED', runId: 'r' });
    expect(run.status).toBe('suspended');
    await expect(run.sendSignal('go')).rejects.toMatchObject({ code: 'RUN_NOT_ACTIVE' });
    give.get('second')!('in time');
    await resumed[0]!.sendSignal('go');
    await expect(resumed[0]!.result).resolves.toMatchObject({ a: 'in time' });
    expect(begun).toEqual(['a at first', 'a at second', 'b at second']);
  });

  it('refuses a signal that it could not store', async () => {
    const { clock, still, flow, first, second } = houses();
    const run = first.start(flow, undefined, { id: 'r' });
    await still.advance(10);
    await clock.advance('1m');
    await second.resume();
    await expect(run.sendSignal('go')).rejects.toMatchObject({ code: 'SUPERSEDED' });
  });
});

describe('the id of a run that is in the store', () => {
  it('cannot be that of another run, also at another coordinator', async () => {
    const clock = new FakeClock();
    const store = memoryStore({ clock });
    const flow = defineWorkflow('flow').step('a', { run: () => 1 });
    const run = new Coordinator({ store, clock }).start(flow, undefined, { id: 'r' });
    await run.result;
    const second = new Coordinator({ store, clock }).start(flow, undefined, { id: 'r' });
    await expect(second.accepted).rejects.toMatchObject({ code: 'RUN_EXISTS' });
    await expect(second.result).rejects.toMatchObject({ code: 'RUN_EXISTS' });
  });
});
