import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Coordinator, InvalidOptionsError, MessageBroker } from '../../src/index.ts';
import { type BaseEvent, EventHub } from '../../src/kernel/events.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { raise, thrownBy, watch } from '../support/outcome.ts';

interface Fact extends BaseEvent {
  readonly type: 'it.happened' | 'it.ended';
  readonly n: number;
}
const happened = (n: number): Fact => ({ type: 'it.happened', at: 0, n });
const ended = (n: number): Fact => ({ type: 'it.ended', at: 0, n });

/** A hub and a way to make it tell things. */
function setUp() {
  const hub = new EventHub<Fact>();
  return { hub, tell: (...facts: Fact[]) => facts.forEach((fact) => void hub.emit(fact)) };
}

describe('a listener', () => {
  it('hears the events of its type, or all, in their order, until it is taken off', () => {
    const { hub, tell } = setUp();
    const [one, any]: [number[], number[]] = [[], []];
    const endOne = hub.on('it.happened', ({ n }) => one.push(n));
    const endAny = hub.onAny(({ n }) => any.push(n));
    tell(happened(1), ended(2), happened(3));
    endOne();
    endOne();
    tell(happened(4));
    endAny();
    tell(happened(5));

    expect({ one, any, left: hub.listenerCount }).toEqual({ one: [1, 3], any: [1, 2, 3, 4], left: 0 });
  });

  it('that asked for one event hears one', () => {
    const { hub, tell } = setUp();
    const heard: number[] = [];
    hub.once('it.happened', ({ n }) => heard.push(n));
    tell(ended(1), happened(2), happened(3));

    expect({ heard, left: hub.listenerCount }).toEqual({ heard: [2], left: 0 });
  });

  it('may be added twice and taken off once', () => {
    const { hub, tell } = setUp();
    const heard: number[] = [];
    const listener = ({ n }: Fact) => heard.push(n);
    const end = hub.on('it.happened', listener);
    hub.on('it.happened', listener);
    tell(happened(1));
    end();
    tell(happened(2));

    expect(heard).toEqual([1, 1, 2]);
  });

  it.each([
    ['throws', () => raise(new Error('listener'))],
    ['throws nothing at all', () => raise(undefined)],
    ['rejects', () => Promise.reject(new Error('listener'))],
    ['gives a thenable that throws', () => ({ then: () => raise('then') })],
    [
      'gives a thenable that rejects',
      () => ({ then: (_ok: unknown, no: (e: unknown) => void) => no('then') }),
    ],
    [
      'gives a thenable whose then throws when read',
      () => Object.defineProperty({}, 'then', { get: () => raise('get') }),
    ],
  ])('that %s hurts nobody and is counted', async (_what, bad) => {
    const { hub, tell } = setUp();
    const heard: number[] = [];
    hub.on('it.happened', bad);
    hub.on('it.happened', ({ n }) => heard.push(n));
    hub.onAny(bad);
    tell(happened(1), happened(2));
    await new FakeClock().settle();

    expect({ heard, errors: hub.listenerErrors }).toEqual({ heard: [1, 2], errors: 4 });
  });

  it('that causes an event hears of it after everybody has heard of the first', () => {
    const { hub, tell } = setUp();
    const heard: string[] = [];
    hub.on('it.happened', ({ n }) => {
      heard.push(`first ${n}`);
      if (n < 3) tell(happened(n + 1));
    });
    hub.on('it.happened', ({ n }) => heard.push(`second ${n}`));
    tell(happened(1));

    expect(heard).toEqual(['first 1', 'second 1', 'first 2', 'second 2', 'first 3', 'second 3']);
  });

  it('may take itself and its neighbour off while it is told', () => {
    const { hub, tell } = setUp();
    const heard: string[] = [];
    const ends = [1, 2, 3].map((id) =>
      hub.on('it.happened', () => {
        heard.push(`${id}`);
        if (id === 1) for (const end of ends.slice(0, 2)) end();
      }),
    );
    tell(happened(1), happened(2));

    expect(heard.filter((id) => id === '1')).toHaveLength(1);
    expect(heard.filter((id) => id === '3')).toHaveLength(2);
    expect(hub.listenerCount).toBe(1);
  });

  it.each([undefined, null, 'text', {}, class {}])('is never %o', (listener) => {
    const { events } = new MessageBroker({ clock: new FakeClock() });
    for (const add of [
      () => events.on('message.published', listener as never),
      () => events.once('message.published', listener as never),
      () => events.onAny(listener as never),
    ]) {
      expect(thrownBy(add)).toBeInstanceOf(InvalidOptionsError);
    }
    expect(thrownBy(() => events.on(5 as never, () => 1))).toMatchObject({ option: 'type', value: 5 });
    expect(events.listenerCount).toBe(0);
  });
});

describe('a stream', () => {
  it('gives every event from now on, in order, and ends with the loop', async () => {
    const { hub, tell } = setUp();
    tell(happened(0));
    const stream = hub.stream();
    tell(happened(1), ended(2));
    const seen: number[] = [];
    for await (const { n } of stream) {
      seen.push(n);
      if (n === 2) tell(happened(3));
      if (n === 3) break;
    }
    tell(happened(4));

    expect({ seen, dropped: stream.dropped, left: hub.listenerCount }).toEqual({
      seen: [1, 2, 3],
      dropped: 0,
      left: 0,
    });
  });

  it('drops the oldest for a slow reader, and counts them', async () => {
    const { hub, tell } = setUp();
    const stream = hub.stream({ buffer: 3 });
    tell(...[1, 2, 3, 4, 5].map(happened));

    expect((await stream.next()).value?.n).toBe(3);
    expect(stream.dropped).toBe(2);
    tell(happened(6), happened(7));
    expect(stream.dropped).toBe(3);
    expect([(await stream.next()).value?.n, (await stream.next()).value?.n]).toEqual([5, 6]);
  });

  it('keeps all but what the buffer cannot hold, however reading and telling alternate', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { maxLength: 60, size: 'max' }),
        async (buffer, moves) => {
          const { hub, tell } = setUp();
          const stream = hub.stream({ buffer });
          const model: number[] = [];
          let [n, dropped] = [0, 0];
          for (const telling of moves) {
            if (telling) {
              model.push(++n);
              tell(happened(n));
              if (model.length > buffer && model.shift() !== undefined) dropped++;
            } else if (model.length > 0) {
              expect((await stream.next()).value?.n).toBe(model.shift());
            }
            expect(stream.dropped).toBe(dropped);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('hands events to readers that wait already, each one once', async () => {
    const { hub, tell } = setUp();
    const stream = hub.stream({ buffer: 1 });
    const reads = [stream.next(), stream.next(), stream.next()];
    tell(...[1, 2, 3].map(happened));

    expect((await Promise.all(reads)).map(({ value }) => value?.n)).toEqual([1, 2, 3]);
    expect(stream.dropped).toBe(0);
  });

  it('lets go of readers and listeners when it is disposed of', async () => {
    const { hub } = setUp();
    const stream = hub.stream();
    const waiting = stream.next();
    await stream[Symbol.asyncDispose]();

    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(hub.listenerCount).toBe(0);
  });

  it('ends after the last event of a coordinator that closes, also for who waits already', async () => {
    const coordinator = new Coordinator({ clock: new FakeClock() });
    const [late, waiting] = [coordinator.events.stream(), coordinator.events.stream()];
    const seen: string[] = [];
    const loop = watch(
      (async () => {
        for await (const { type } of waiting) seen.push(type);
      })(),
    );
    await coordinator.close();
    await new FakeClock().settle();

    expect({ seen, loop: loop.state }).toEqual({
      seen: ['coordinator.closing', 'coordinator.closed'],
      loop: 'fulfilled',
    });
    expect([(await late.next()).done, (await late.next()).done]).toEqual([false, false]);
    expect(await Promise.race([late.next(), new FakeClock().settle()])).toEqual({
      done: true,
      value: undefined,
    });
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null])('has no buffer of %o', (buffer) => {
    const { hub } = setUp();

    expect(thrownBy(() => hub.stream({ buffer } as never))).toMatchObject({
      owner: 'events.stream',
      option: 'buffer',
      value: buffer,
    });
    expect(hub.listenerCount).toBe(0);
  });
});
