import { describe, expect, it } from 'vitest';
import { brokerWithDesk, leftOf, NOTHING } from '../support/broker.ts';
import { watch } from '../support/outcome.ts';

describe('a handler whose sender has gone', () => {
  it('keeps its slot until it settles', async () => {
    const { clock, broker, desk } = brokerWithDesk({ grace: '5s' }, { concurrency: 1 });
    watch(broker.request('desk', 'slow', { timeout: 100 }));
    watch(broker.request('desk', 'next'));
    await clock.advance(4_000);
    expect({ inputs: desk.inputs, ...leftOf(broker, clock) }).toMatchObject({
      inputs: ['slow'],
      active: 1,
      waiting: 1,
    });
    desk.job(0).finish();
    await clock.settle();

    expect(desk.inputs).toEqual(['slow', 'next']);
    expect(broker.stats()).toMatchObject({ abandoned: 0, active: 1 });
  });

  it('loses its slot when the grace period ends, to the millisecond, and is counted as abandoned', async () => {
    const { clock, broker, desk } = brokerWithDesk({ grace: '5s' }, { concurrency: 1 });
    watch(broker.request('desk', 'slow', { timeout: 100 }));
    const next = watch(broker.request('desk', 'next'));
    await clock.advance(5_099);
    expect(desk.inputs).toEqual(['slow']);
    await clock.advance(1);
    expect(desk.inputs).toEqual(['slow', 'next']);
    expect(broker.stats()).toMatchObject({ abandoned: 1, active: 1, waiting: 0 });
    desk.job(0).finish('very late');
    desk.job(1).finish('answer');
    await clock.settle();

    expect(next.value).toBe('answer');
    expect(broker.stats()).toMatchObject({ abandoned: 1, lateReplies: 1, replied: 1, active: 0 });
    expect(leftOf(broker, clock)).toEqual(NOTHING);
  });

  it('by its signal has the same grace as by its time', async () => {
    const { clock, broker, desk } = brokerWithDesk({ grace: 50 }, { concurrency: 1 });
    const controller = new AbortController();
    watch(broker.request('desk', 'slow', { signal: controller.signal }));
    watch(broker.request('desk', 'next'));
    await clock.advance(20);
    controller.abort();
    await clock.advance(49);
    expect(desk.inputs).toEqual(['slow']);
    await clock.advance(1);

    expect(desk.inputs).toEqual(['slow', 'next']);
  });

  it('loses its slot at once where there is no grace', async () => {
    const { clock, broker, desk } = brokerWithDesk({ grace: 0 }, { concurrency: 1 });
    watch(broker.request('desk', 'slow', { timeout: 100 }));
    watch(broker.request('desk', 'next'));
    await clock.advance(100);

    expect(desk.inputs).toEqual(['slow', 'next']);
  });

  it('never frees its slot twice', async () => {
    const { clock, broker, desk } = brokerWithDesk({ grace: 10 }, { concurrency: 1 });
    for (let n = 0; n < 6; n++) watch(broker.request('desk', n, { timeout: n === 0 ? 10 : '1h' }));
    await clock.advance(20);
    desk.job(0).finish();
    await clock.settle();

    expect({ inputs: desk.inputs, active: broker.stats().active }).toEqual({ inputs: [0, 1], active: 1 });
  });

  it('that noticed frees its slot in the same moment', async () => {
    const { clock, broker, desk } = brokerWithDesk({}, { concurrency: 1 });
    broker.respond('polite', desk.obey, { concurrency: 1 });
    watch(broker.request('polite', 'slow', { timeout: 100 }));
    watch(broker.request('polite', 'next'));
    await clock.advance(100);

    expect({ inputs: desk.inputs, abandoned: broker.stats().abandoned }).toEqual({
      inputs: ['slow', 'next'],
      abandoned: 0,
    });
  });
});
