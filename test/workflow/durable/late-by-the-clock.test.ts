import { describe, expect, it } from 'vitest';
import { before, defineWorkflow, signal } from '../../../src/index.ts';
import { Lives } from './lives.ts';

// A process that was held up runs what came meanwhile before its timers: the clock decides what is late.
describe('after the event loop was blocked', () => {
  it('a decision after the deadline of its gate does not count', async () => {
    const lives = new Lives();
    const flow = defineWorkflow('flow').gate('ok', {
      ask: 'May it?',
      deadline: '1m',
      default: { approved: true, comment: 'nobody objected' },
    });
    const run = lives.begin().coordinator.start(flow, undefined);
    await lives.clock.advance('30s');
    lives.clock.stall(40_000);
    await expect(run.decide('ok', { approved: false })).rejects.toMatchObject({ code: 'GATE_NOT_OPEN' });
    await lives.clock.advance(10);
    await expect(run.result).resolves.toEqual({ ok: { approved: true, comment: 'nobody objected' } });
  });

  it('a signal after the time of the step that waits for it is not taken by it', async () => {
    const lives = new Lives();
    const flow = defineWorkflow('flow').step('go', {
      run: signal('go'),
      policy: { timeout: '1m' },
      onFailure: { value: 'too late' },
    });
    const run = lives.begin().coordinator.start(flow, undefined);
    await lives.clock.advance('30s');
    lives.clock.stall(40_000);
    run.sendSignal('go', 'now').catch(() => {});
    await lives.clock.advance(10);
    await expect(run.result).resolves.toEqual({ go: 'too late' });
  });

  it('an output after the time of the step that joins it is not seen by it', async () => {
    const lives = new Lives();
    let give: (output: string) => void = () => {};
    const flow = defineWorkflow('flow')
      .step('a', { run: () => 'a' })
      .step('b', {
        run: () =>
          new Promise<string>((resolve) => {
            give = resolve;
          }),
      })
      .step('c', { after: ['a', 'b'], join: before('1m'), run: ({ a, b }) => [a, b] })
      .output(({ c }) => c);
    const run = lives.begin().coordinator.start(flow, undefined);
    await lives.clock.advance('30s');
    lives.clock.stall(40_000);
    give('b');
    await lives.clock.advance(10);
    await expect(run.result).resolves.toEqual(['a', undefined]);
  });
});
