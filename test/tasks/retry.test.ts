import { describe, expect, it } from 'vitest';
import {
  type Backoff,
  defineAgent,
  type HandlerContext,
  HandlerError,
  type Policy,
} from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { deskAgent, houseWith, record, types } from '../support/house.ts';
import { raise, watch } from '../support/outcome.ts';

/** An agent that fails `failures` times with what `make` gives, and writes down when it was asked. */
function failingAgent(
  failures: number,
  make: (attempt: number) => unknown = () => new Error('bad'),
  policy?: Policy,
) {
  const attempts: { attempt: number; at: number; key: string; task: string | undefined }[] = [];
  const { clock, house } = houseWith({
    agents: [
      defineAgent('ada', {
        ...(policy === undefined ? {} : { policy }),
        handle: (_input: unknown, { attempt, idempotencyKey, taskId }: HandlerContext) => {
          attempts.push({ attempt, at: clock.monotonic(), key: idempotencyKey, task: taskId });
          return attempts.length <= failures ? raise(make(attempt)) : 'done';
        },
      }),
    ],
  });
  return { clock, house, attempts, at: () => attempts.map(({ at }) => at) };
}

const plain: Backoff = { initial: 100, jitter: 0 };

describe('a task that fails', () => {
  it('is not tried again where nobody says so', async () => {
    const { clock, house, attempts } = failingAgent(1);
    const outcome = watch(house.ask('ada', 1));
    await clock.advance(600_000);

    expect(outcome.value).toBeInstanceOf(HandlerError);
    expect(attempts).toHaveLength(1);
    expectAtRest(house, clock);
  });

  it('is tried again after waits that double, at exactly these times', async () => {
    const { clock, house, at } = failingAgent(4);
    const outcome = watch(house.ask('ada', 1, { policy: { attempts: 5, backoff: plain } }));
    await clock.advance(1_499);
    expect(at()).toEqual([0, 100, 300, 700]);
    await clock.advance(1);

    expect(at()).toEqual([0, 100, 300, 700, 1_500]);
    expect(outcome.value).toBe('done');
    expectAtRest(house, clock);
  });

  it('waits by its own factor, and never longer than the maximum', async () => {
    const { clock, house, at } = failingAgent(4);
    const backoff = { initial: 10, factor: 3, max: 50, jitter: 0 };
    watch(house.ask('ada', 1, { policy: { attempts: 5, backoff } }));
    await clock.advance(1_000);

    expect(at()).toEqual([0, 10, 40, 90, 140]);
  });

  it('waits a part that is left to chance, within the bounds of the jitter', async () => {
    const waits: number[] = [];
    for (let round = 0; round < 30; round++) {
      const { clock, house, at } = failingAgent(1);
      for (let skipped = 0; skipped < round; skipped++) clock.random();
      watch(house.ask('ada', 1, { policy: { attempts: 2, backoff: { initial: 1_000, jitter: 0.4 } } }));
      await clock.advance(1_000);
      waits.push(at()[1] as number);
    }

    expect(Math.min(...waits)).toBeGreaterThanOrEqual(600);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_000);
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(200);
  });

  it('is tried as often as attempts says, the first one included, and fails with the last error', async () => {
    const { clock, house, attempts } = failingAgent(9, (attempt) => new Error(`attempt ${attempt}`));
    const outcome = watch(house.ask('ada', 1, { policy: { attempts: 3, backoff: plain } }));
    await clock.advance(60_000);

    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(outcome.value).toMatchObject({ code: 'HANDLER_FAILED', cause: { message: 'attempt 3' } });
    expect(house.tasks.stats()).toMatchObject({ retried: 2, failed: 1, submitted: 1 });
    expectAtRest(house, clock);
  });

  it('keeps one idempotency key and one id over its attempts, and has the key that it was given', async () => {
    const { clock, house, attempts } = failingAgent(2);
    watch(house.ask('ada', 1, { policy: { attempts: 3, backoff: plain } }));
    await clock.advance(1_000);
    watch(house.ask('ada', 1, { idempotencyKey: 'invoice-7' }));
    watch(house.ask('ada', 1));
    await clock.settle();
    const keys = attempts.map(({ key }) => key);

    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[0]).toBe(attempts[0]?.task);
    expect(keys[3]).toBe('invoice-7');
    expect(new Set([keys[0], keys[3], keys[4]]).size).toBe(3);
    expect(new Set(attempts.map(({ task }) => task)).size).toBe(3);
  });

  it.each([
    ['a TypeError', () => new TypeError('x is not a function')],
    ['text', () => 'bad'],
    ['undefined', () => undefined],
    ['null', () => null],
    ['a frozen object', () => Object.freeze({})],
    ['an AbortError of its own', () => new DOMException('no', 'AbortError')],
    ['an error named AbortError', () => Object.assign(new Error('no'), { name: 'AbortError' })],
    ['what throws when it is looked at', () => new Proxy({}, { get: () => raise('get') })],
  ])('with %s is tried again like any other', async (_what, make) => {
    const { clock, house, attempts } = failingAgent(2, make);
    const outcome = watch(house.ask('ada', 1, { policy: { attempts: 3, backoff: plain } }));
    await clock.advance(1_000);

    expect([attempts.length, outcome.value]).toEqual([3, 'done']);
  });

  it('with an error that says that a retry is of no use is not tried again', async () => {
    const { clock, house, attempts } = failingAgent(2, () =>
      Object.assign(new Error('no'), { retryable: false }),
    );
    const outcome = watch(house.ask('ada', 1, { policy: { attempts: 3, backoff: plain } }));
    await clock.advance(1_000);

    expect([attempts.length, outcome.value]).toMatchObject([1, { code: 'HANDLER_FAILED', retryable: false }]);
  });

  it('is tried again as long as retryWhen says, which is asked with each error and its number', async () => {
    const asked: [unknown, number][] = [];
    const retryWhen = (error: unknown, attempt: number) => {
      asked.push([(error as Error).cause, attempt]);
      return attempt < 3;
    };
    const { clock, house, attempts } = failingAgent(9, (attempt) => `error ${attempt}`);
    watch(house.ask('ada', 1, { policy: { attempts: 9, backoff: plain, retryWhen } }));
    await clock.advance(60_000);

    expect(attempts).toHaveLength(3);
    expect(asked).toEqual([
      ['error 1', 1],
      ['error 2', 2],
      ['error 3', 3],
    ]);
  });

  it.each([
    ['throws', () => raise(new RangeError('own bug'))],
    ['gives a promise', (async () => true) as never],
    ['gives a truthy text', (() => 'yes') as never],
  ])('whose retryWhen %s is not tried again, and fails with its own error', async (_what, retryWhen) => {
    const { clock, house, attempts } = failingAgent(9);
    const outcome = watch(house.ask('ada', 1, { policy: { attempts: 9, retryWhen } }));
    await clock.advance(60_000);

    expect(attempts).toHaveLength(1);
    expect(outcome.value).toMatchObject({ code: 'HANDLER_FAILED', cause: { message: 'bad' } });
    expectAtRest(house, clock);
  });

  it('fails with its own error where the next wait is longer than the time that is left', async () => {
    const { clock, house, at } = failingAgent(9);
    const outcome = watch(house.ask('ada', 1, { timeout: 700, policy: { attempts: 9, backoff: plain } }));
    await clock.advance(700);

    expect(at()).toEqual([0, 100, 300]);
    expect(outcome.value).toMatchObject({ code: 'HANDLER_FAILED' });
    expectAtRest(house, clock);
  });

  it('may be tried for ever, without a pause, and is JSON-safe in its events', async () => {
    const { clock, house, attempts } = failingAgent(1_500);
    const delays: unknown[] = [];
    house.events.on('task.retried', ({ delayMs }) => delays.push(delayMs));
    const outcome = watch(
      house.ask('ada', 1, { policy: { attempts: Number.POSITIVE_INFINITY, backoff: { initial: 0 } } }),
    );
    await clock.advance(1);

    expect([attempts.length, outcome.value]).toEqual([1_501, 'done']);
    expect(new Set(delays)).toEqual(new Set([0]));
  });

  it('gives its slot to others while it waits for its next attempt', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    watch(house.ask('ada', 'first', { policy: { attempts: 2, backoff: plain } }));
    watch(house.ask('ada', 'second'));
    await clock.settle();
    desk.job(0).fail(new Error('bad'));
    await clock.settle();
    expect(desk.inputs).toEqual(['first', 'second']);
    await clock.advance(100);
    expect(house.tasks.stats()).toMatchObject({ waiting: 1, active: 1 });
    desk.job(1).finish();
    await clock.settle();

    expect(desk.inputs).toEqual(['first', 'second', 'first']);
  });
});

it('tells each retry: whose attempt failed, how, and when the next comes', async () => {
  const { clock, house } = failingAgent(2, (attempt) => new RangeError(`attempt ${attempt}`));
  const events = record(house);
  watch(house.ask('ada', 1, { policy: { attempts: 3, backoff: plain } }));
  await clock.advance(1_000);

  expect(types(events)).toEqual([
    'task.submitted',
    'task.started',
    'task.retried',
    'task.started',
    'task.retried',
    'task.started',
    'task.completed',
  ]);
  expect(events[2]).toMatchObject({
    agent: 'ada',
    attempt: 2,
    delayMs: 100,
    error: { code: 'HANDLER_FAILED', cause: { name: 'RangeError', message: 'attempt 1' } },
  });
  expect(events[4]).toMatchObject({ attempt: 3, delayMs: 200, at: clock.now() - 900 });
  expect(events[6]).toMatchObject({ attempts: 3, durationMs: 300 });
});

it('waits between two attempts, and its handle says so', async () => {
  const { agent, desk } = deskAgent('ada');
  const { clock, house } = houseWith({ agents: [agent] });
  const policy = { attempts: 2, backoff: { initial: 100, jitter: 0 } };
  const task = house.tasks.submit('ada', 1, { policy });
  const statuses: string[] = [task.status];
  await clock.settle();
  statuses.push(task.status);
  desk.job(0).fail(new Error('no'));
  await clock.settle();
  statuses.push(task.status);
  await clock.advance(100);
  statuses.push(task.status);
  desk.job(1).finish();
  await clock.settle();

  // What is handed to a free agent runs, though its handler has not been called.
  expect([...statuses, task.status]).toEqual(['running', 'running', 'waiting', 'running', 'completed']);
});
