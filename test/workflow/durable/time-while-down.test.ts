import { describe, expect, it } from 'vitest';
import { defineWorkflow, type HandlerContext, sleep } from '../../../src/index.ts';
import { Lives } from './lives.ts';

const untilStopped = (_scope: unknown, { signal }: HandlerContext): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('a run whose process is down', () => {
  it('begins nothing when its own time is up meanwhile, and is undone', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const shop = defineWorkflow('shop', { deadline: '1m' })
      .step('pay', { run: () => done.push('paid'), undo: () => void done.push('paid back') })
      .step('send', {
        after: ['pay'],
        run: (scope: unknown, context: HandlerContext) => {
          done.push(`send ${context.attempt}`);
          return untilStopped(scope, context);
        },
      });
    const first = lives.begin({ workflows: { definitions: [shop] } });
    first.coordinator.start(shop, undefined, { id: 'r1' });
    await lives.clock.advance('30s');
    first.kill();
    await lives.clock.advance('2m');
    const second = lives.begin({ workflows: { definitions: [shop] } });
    const { resumed } = await second.coordinator.resume();
    await lives.clock.advance('1s');
    expect(done).toEqual(['paid', 'send 1', 'paid back']);
    await expect(resumed[0]!.result).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(resumed[0]!.snapshot()).toMatchObject({ status: 'failed', error: { code: 'TIMEOUT' } });
  });

  it('has the time of its nested run up, too', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const inner = defineWorkflow('inner', { deadline: '1m' }).step('send', {
      run: (scope: unknown, context: HandlerContext) => {
        done.push(`send ${context.attempt}`);
        return untilStopped(scope, context);
      },
    });
    const shop = defineWorkflow('shop').step('all', { run: inner, input: () => undefined });
    const first = lives.begin({ workflows: { definitions: [shop] } });
    first.coordinator.start(shop, undefined, { id: 'r1' });
    await lives.clock.advance('30s');
    first.kill();
    await lives.clock.advance('2m');
    const second = lives.begin({ workflows: { definitions: [shop] } });
    const { resumed } = await second.coordinator.resume();
    await lives.clock.advance('1s');
    expect(done).toEqual(['send 1']);
    await expect(resumed[0]!.result).rejects.toMatchObject({ code: 'RUN_FAILED' });
  });

  it('rings the timers whose time has come in the order of their times', async () => {
    const lives = new Lives();
    const rang: string[] = [];
    const note = (id: string) => () => void rang.push(id);
    const flow = defineWorkflow('flow')
      .step('c', { run: sleep('50s') })
      .step('b', { run: sleep('40s') })
      .step('a', { run: sleep('30s') })
      .step('then-c', { after: ['c'], run: note('c') })
      .step('then-b', { after: ['b'], run: note('b') })
      .step('then-a', { after: ['a'], run: note('a') });
    const first = lives.begin({ workflows: { definitions: [flow] } });
    first.coordinator.start(flow, undefined, { id: 'r1' });
    await lives.clock.advance('10s');
    first.kill();
    await lives.clock.advance('2m');
    const second = lives.begin({ workflows: { definitions: [flow] } });
    await second.coordinator.resume();
    await lives.clock.advance('1s');
    expect(rang).toEqual(['a', 'b', 'c']);
  });
});
