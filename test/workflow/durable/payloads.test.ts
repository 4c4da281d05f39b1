import { describe, expect, it } from 'vitest';
import { defineWorkflow, signal } from '../../../src/index.ts';
import { rejection, thrownBy } from '../../support/outcome.ts';
import { causesOf, never } from '../../support/workflows.ts';
import { Lives } from './lives.ts';

/** One of each kind that JSON does not carry as it is, and keys that are easily confused. */
const RICH = {
  nothing: undefined,
  zero: -0,
  numbers: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  large: 12345678901234567890n,
  day: new Date(Date.UTC(2026, 1, 3)),
  map: new Map<unknown, unknown>([[{ key: 1 }, new Set([1, undefined])]]),
  bytes: new Uint8Array([0, 1, 255]),
  $: 'date',
  tagged: { $: 'bigint', v: '1' },
};

describe('a value of a stored run', () => {
  it('comes back equal after the end of its process: input, outputs, signals, the output of the run', async () => {
    const lives = new Lives();
    const seen: unknown[] = [];
    let hold = true;
    const flow = defineWorkflow<typeof RICH>('flow')
      .step('made', { run: ({ input }) => input })
      .step('sent', { run: signal<typeof RICH>('sent') })
      .step('looked', {
        after: ['made', 'sent'],
        run: ({ input, made, sent }) => {
          seen.push(input, made, sent);
          return hold ? never() : sent;
        },
      })
      .output(({ looked }) => looked);
    const first = lives.begin({ workflows: { definitions: [flow] } });
    const started = first.coordinator.start(flow, RICH);
    await lives.clock.advance(1);
    await started.sendSignal('sent', RICH);
    await lives.clock.advance(1);
    first.kill();
    hold = false;
    await lives.clock.advance('1m');
    const next = lives.begin({ workflows: { definitions: [flow] } });
    const { resumed } = await next.coordinator.resume();

    expect(await resumed[0]!.result).toEqual(RICH);
    expect(seen).toHaveLength(6);
    for (const value of seen) expect(value).toStrictEqual(RICH);
    expect(Object.is((seen[4] as typeof RICH).zero, -0)).toBe(true);
  });

  it('is refused as an input before anything is started, with the place that is wrong', async () => {
    const lives = new Lives();
    const { coordinator } = lives.begin();
    const flow = defineWorkflow<unknown>('flow').step('s', { run: () => 1 });
    const start = () => coordinator.start(flow, { orders: [{ pay: () => 1 }] }, { id: 'r' });

    expect(thrownBy(start)).toMatchObject({
      code: 'UNSTORABLE',
      what: 'input of workflow "flow"',
      path: 'orders.0.pay',
      reason: 'a function is no data',
    });
    await lives.clock.advance(1);
    expect(await lives.store.journal.list()).toEqual([]);
  });

  it('is refused as an output: the step fails, and is not tried again', async () => {
    const lives = new Lives();
    let calls = 0;
    class Order {}
    const flow = defineWorkflow('flow').step('s', {
      run: () => ({ order: [++calls, new Order()] }),
      policy: { attempts: 3 },
    });
    const { coordinator } = lives.begin();
    const error = await rejection(coordinator.run(flow, undefined, { id: 'r' }));

    expect(causesOf(error).at(-1)).toMatchObject({
      code: 'UNSTORABLE',
      what: 'output of step "s"',
      path: 'order.1',
      reason: 'an instance of Order is no data',
    });
    expect(calls).toBe(1);
    expect(await lives.kinds('r')).toEqual(['run.started', 'step.started s', 'step.failed s', 'run.failed']);
  });

  it('is refused as a signal, and nothing was sent', async () => {
    const lives = new Lives();
    const flow = defineWorkflow('flow').step('s', { run: signal('go') });
    const { coordinator } = lives.begin();
    const run = coordinator.start(flow, undefined, { id: 'r' });
    await lives.clock.advance(1);

    expect(await rejection(run.sendSignal('go', Symbol('no')))).toMatchObject({ code: 'UNSTORABLE' });
    await run.sendSignal('go', 'yes');
    await expect(run.result).resolves.toEqual({ s: 'yes' });
  });

  it('may be as large as the limit says, and no larger, in memory as in a store', async () => {
    const flow = defineWorkflow<string>('flow').step('s', { run: ({ input }) => input.length });
    for (const lives of [new Lives(), undefined]) {
      const { coordinator } = (lives ?? new Lives()).begin({ workflows: { payloadLimit: 100 } });
      await expect(coordinator.run(flow, 'x'.repeat(98))).resolves.toEqual({ s: 98 });
      expect(thrownBy(() => coordinator.start(flow, 'x'.repeat(99)))).toMatchObject({
        code: 'UNSTORABLE',
        reason: 'it is larger than 100 characters',
      });
    }
  });
});
