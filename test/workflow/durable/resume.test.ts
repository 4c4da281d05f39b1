import { describe, expect, it } from 'vitest';
import { Coordinator, defineWorkflow, memoryStore, type Store } from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';

/** What each step did, over all lives of the process. */
class Ledger {
  readonly begun: string[] = [];
  readonly step =
    (id: string, output: unknown = id) =>
    () => {
      this.begun.push(id);
      return output;
    };
}

function house(store: Store, clock: FakeClock, definitions: readonly never[] | readonly object[]) {
  return new Coordinator({ store, clock, workflows: { definitions: definitions as never } });
}

describe('a run that is kept in a store', () => {
  it('gives its output when everything is stored', async () => {
    const clock = new FakeClock();
    const store = memoryStore({ clock });
    const ledger = new Ledger();
    const chain = defineWorkflow('chain')
      .step('a', { run: ledger.step('a', 1) })
      .step('b', { after: ['a'], run: ({ a }) => (a as number) + 1 })
      .output(({ b }) => b);
    const coordinator = house(store, clock, [chain]);

    const run = coordinator.start(chain, undefined, { id: 'r1' });
    await run.accepted;
    await expect(run.result).resolves.toBe(2);
    expect(run.status).toBe('completed');
    const { entries } = await store.journal.read('run/r1');
    expect(entries.map((entry) => JSON.parse(entry).type)).toEqual([
      'run.started',
      'step.started',
      'step.completed',
      'step.started',
      'step.completed',
      'run.completed',
    ]);
    await coordinator.close();
  });

  it('is suspended by the close of its coordinator, and goes on where it was under the next', async () => {
    const clock = new FakeClock();
    const store = memoryStore({ clock });
    const ledger = new Ledger();
    let hold = true;
    const flow = defineWorkflow('flow')
      .step('a', { run: ledger.step('a', 'A') })
      .step('b', {
        after: ['a'],
        run: async (_scope, context) => {
          ledger.begun.push(`b${context.attempt}`);
          if (hold)
            await new Promise((_, reject) =>
              context.signal.addEventListener('abort', () => reject(new Error('stopped'))),
            );
          return 'B';
        },
      })
      .output(({ a, b }) => `${a}${b}`);

    const first = house(store, clock, [flow]);
    const run = first.start(flow, undefined, { id: 'r1' });
    await clock.advance(10);
    expect(run.snapshot().steps.map(({ status }) => status)).toEqual(['completed', 'running']);
    await first.close();
    expect(run.status).toBe('suspended');
    await expect(run.result).rejects.toMatchObject({ code: 'SUSPENDED' });

    hold = false;
    const second = house(store, clock, [flow]);
    const { resumed, left } = await second.resume();
    expect(left).toEqual([]);
    expect(resumed.map(({ id }) => id)).toEqual(['r1']);
    await expect(resumed[0]!.result).resolves.toBe('AB');
    expect(ledger.begun).toEqual(['a', 'b1', 'b2']);
    await second.close();
  });
});
