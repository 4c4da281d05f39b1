import { describe, expect, it } from 'vitest';
import { defineAgent, HandlerError, isCadreError } from '../../src/index.ts';
import { expectAtRest, expectHealthy } from '../support/at-rest.ts';
import { deskAgent, houseWith } from '../support/house.ts';
import { raise, rejection, watch } from '../support/outcome.ts';

class QuotaError extends Error {
  readonly quota = { left: 0 };
  readonly retryAfterMs = 500;
}

const agentOf = (handle: () => unknown) => defineAgent('ada', { handle: (_input: unknown) => handle() });

describe('what a handler threw', () => {
  it('reaches the caller as the cause: its class, its fields and its stack', async () => {
    const thrown = new QuotaError('no quota');
    const { stack } = thrown;
    const { house } = houseWith({ agents: [agentOf(() => raise(thrown))] });
    const error = (await rejection(house.ask('ada', 1))) as HandlerError;

    expect(error).toBeInstanceOf(HandlerError);
    expect(error.message).toBe('The handler of agent "ada" failed: no quota');
    expect(error.cause).toBe(thrown);
    expect(error.cause).toBeInstanceOf(QuotaError);
    expect((error.cause as QuotaError).quota).toEqual({ left: 0 });
    expect((error.cause as QuotaError).stack).toBe(stack);
  });

  it('reaches the caller through other agents, one cause within the other', async () => {
    const thrown = new QuotaError('no quota');
    const outer = defineAgent('outer', { handle: (input: unknown, { ask }) => ask('ada', input) });
    const { house } = houseWith({ agents: [agentOf(() => raise(thrown)), outer] });
    const error = await rejection(house.ask('outer', 1));

    expect(error).toMatchObject({ handler: 'agent "outer"', cause: { handler: 'agent "ada"' } });
    expect(((error as Error).cause as Error).cause).toBe(thrown);
    expect(isCadreError(error, 'HANDLER_FAILED')).toBe(true);
  });

  const frozen = Object.freeze({ any: 'thing' });
  it.each([
    ['text', 'bad'],
    ['undefined', undefined],
    ['null', null],
    ['a symbol', Symbol('bad')],
    ['a frozen object', frozen],
    [
      'a proxy whose traps throw',
      new Proxy({}, { get: () => raise('get'), getPrototypeOf: () => raise('proto') }),
    ],
    [
      'an error that is its own cause',
      Object.assign(new Error('round'), {
        get cause() {
          return this;
        },
      }),
    ],
    ['somebody else’s AbortError', new DOMException('no', 'AbortError')],
    ['somebody else’s TimeoutError', new DOMException('no', 'TimeoutError')],
  ])('may be %s: the task fails with just that as the cause, and all goes on', async (_what, thrown) => {
    for (const handle of [() => raise(thrown), () => Promise.reject(thrown)]) {
      const { clock, house } = houseWith({ agents: [agentOf(handle)] });
      const events: unknown[] = [];
      house.events.onAny((event) => events.push(JSON.parse(JSON.stringify(event))));
      const task = house.tasks.submit('ada', 1);
      const error = await rejection(task.result);

      expect([isCadreError(error, 'HANDLER_FAILED'), task.status]).toEqual([true, 'failed']);
      expect(Object.is((error as Error).cause, thrown)).toBe(true);
      expect(house.stats().events.listenerErrors).toBe(0);
      await expectHealthy(house);
      await clock.settle();
      expectAtRest(house, clock);
    }
  });
});

describe('what a handler returns', () => {
  it.each([
    ['nothing', () => undefined, undefined],
    ['a thenable', () => ({ then: (ok: (v: unknown) => void) => ok(42) }), 42],
    [
      'a thenable that settles twice',
      () => ({
        then: (ok: (v: unknown) => void, no: (e: unknown) => void) => {
          ok(1);
          no(2);
          ok(3);
        },
      }),
      1,
    ],
    [
      'a promise of its own kind that calls back twice',
      () =>
        Object.assign(Promise.resolve(0), {
          then: (ok: (v: unknown) => void) => {
            ok(1);
            ok(2);
          },
        }),
      1,
    ],
    ['a function', () => raise, raise],
    ['an error, as a value', () => frozenError, undefined],
  ])('may be %s', async (_what, handle, output) => {
    const { clock, house } = houseWith({ agents: [agentOf(handle)] });

    expect(await house.ask('ada', 1)).toBe(output ?? handle());
    await clock.settle();
    expect(house.agents.get('ada')).toMatchObject({ completed: 1, failed: 0, activeTasks: 0 });
    expectAtRest(house, clock);
  });
});
const frozenError = Object.freeze(new Error('a value'));

describe('a submitted task', () => {
  it('has an id of its own, a status, and a result that is the same promise each time', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const [first, second] = [house.tasks.submit('ada', 1), house.tasks.submit('ada', 2)];
    expect(first.id).not.toBe(second.id);
    expect([first.id, first.result]).toEqual([first.id, first.result]);
    expect(first.result).toBe(first.result);
    const statuses = [[first.status, second.status]];
    await clock.settle();
    desk.job(0).finish('done');
    await clock.settle();
    statuses.push([first.status, second.status]);
    desk.job(1).fail(new Error('bad'));
    await clock.settle();
    statuses.push([first.status, second.status]);

    expect(statuses).toEqual([
      ['running', 'waiting'],
      ['completed', 'running'],
      ['completed', 'failed'],
    ]);
  });

  it('may fail without anybody asking for its result, and be asked later', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    const task = house.tasks.submit('ada', 1);
    await clock.settle();
    desk.job(0).fail(new Error('bad'));
    await clock.advance(60_000);

    expect(task.status).toBe('failed');
    expect(await rejection(task.result)).toMatchObject({ code: 'HANDLER_FAILED' });
  });

  it('starts after the code that submits has given way', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent] });
    house.tasks.submit('ada', 1);
    expect(desk.jobs).toEqual([]);
    await clock.settle();

    expect(desk.inputs).toEqual([1]);
  });

  it('whose handler never settles fails by its time, and the next is served after the grace', async () => {
    const { agent, desk } = deskAgent('ada');
    const { clock, house } = houseWith({ agents: [agent], grace: 100 });
    const [first, second] = [watch(house.ask('ada', 1, { timeout: 50 })), watch(house.ask('ada', 2))];
    await clock.advance(50);
    expect(first.value).toMatchObject({ code: 'TIMEOUT' });
    await clock.advance(100);
    desk.job(1).finish('second');
    await clock.settle();

    expect(second.value).toBe('second');
    expectAtRest(house, clock);
  });
});
