import { expect, it } from 'vitest';
import { defineAgent, defineWorkflow, HandlerError } from '../../src/index.ts';
import { expectAtRest, expectHealthy } from '../support/at-rest.ts';
import { rejection, watch } from '../support/outcome.ts';
import { causesOf, startHouse, unhandledDuring } from '../support/workflows.ts';

const boom = new Error('boom');
const throwIt = (value: unknown) => {
  throw value;
};
const trapped = (): unknown => {
  const trap = () => throwIt(boom);
  return new Proxy(new Error(), { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap });
};

interface Case {
  readonly what: string;
  readonly handle: () => unknown;
  readonly cause: unknown;
}
const failures: Case[] = [
  { what: 'throws an error', handle: () => throwIt(boom), cause: boom },
  { what: 'throws a string', handle: () => throwIt('text'), cause: 'text' },
  { what: 'throws undefined', handle: () => throwIt(undefined), cause: undefined },
  { what: 'throws null', handle: () => throwIt(null), cause: null },
  { what: 'throws an object without a prototype', handle: () => throwIt(Object.create(null)), cause: {} },
  { what: 'rejects', handle: async () => throwIt(boom), cause: boom },
  {
    what: 'returns a rejected thenable',
    handle: () => ({ then: (_: unknown, no: (e: Error) => void) => no(boom) }),
    cause: boom,
  },
  { what: 'returns a thenable that throws', handle: () => ({ then: () => throwIt(boom) }), cause: boom },
  {
    what: 'returns something whose `then` throws',
    handle: () => ({
      get then() {
        return throwIt(boom);
      },
    }),
    cause: boom,
  },
  {
    what: 'throws an AbortError of its own',
    handle: () => throwIt(new DOMException('mine', 'AbortError')),
    cause: expect.objectContaining({ name: 'AbortError' }),
  },
  {
    what: 'throws a TimeoutError of its own',
    handle: () => throwIt(new DOMException('mine', 'TimeoutError')),
    cause: expect.objectContaining({ name: 'TimeoutError' }),
  },
];

it.each(failures)('makes a HandlerError of an agent that $what, and works on', async ({ handle, cause }) => {
  const bad = defineAgent('bad', { handle });
  const { clock, house } = startHouse({ agents: [bad] });
  const unhandled = await unhandledDuring(async () => {
    const asked = await rejection(house.ask(bad, 1));
    const requested = await rejection(house.messages.request('agent.bad', 1));
    const ran = await rejection(
      house.run(defineWorkflow('w').step('s', { run: bad, input: () => 1 }), undefined),
    );

    for (const error of [asked, requested, causesOf(ran)[1]] as Error[]) {
      expect(error).toBeInstanceOf(HandlerError);
      expect(error).toMatchObject({ code: 'HANDLER_FAILED', handler: 'agent "bad"' });
      expect(error.cause).toEqual(cause);
    }
  });

  expect(unhandled).toEqual([]);
  await expectHealthy(house);
  expectAtRest(house, clock);
});

it('survives an agent that throws something that breaks whoever looks at it', async () => {
  const bad = defineAgent('bad', { handle: () => throwIt(trapped()) });
  const { clock, house } = startHouse({ agents: [bad] });
  house.events.onAny(() => {});

  expect(await rejection(house.ask(bad, 1))).toBeInstanceOf(HandlerError);
  await expectHealthy(house);
  expectAtRest(house, clock);
});

it('settles once when a thenable settles twice and then throws', async () => {
  const twice = {
    then(yes: (value: number) => void, no: (error: Error) => void) {
      yes(1);
      yes(2);
      no(boom);
      throw boom;
    },
  };
  const odd = defineAgent('odd', { handle: () => twice as never });
  const { clock, house } = startHouse({ agents: [odd] });

  expect(await house.ask(odd, 1)).toBe(1);
  expect(house.stats().tasks).toMatchObject({ completed: 1, failed: 0 });
  expectAtRest(house, clock);
});

it('ends a task whose agent never settles at its timeout, frees the slot after the grace period, and works on', async () => {
  const stuck = defineAgent('stuck', { handle: (n: number) => (n === 1 ? new Promise<never>(() => {}) : n) });
  const { clock, house } = startHouse({ agents: [stuck], grace: 300 });
  const abandoned: unknown[] = [];
  house.events.on('task.abandoned', ({ agent }) => abandoned.push(agent));
  const lost = watch(house.ask(stuck, 1, { timeout: 100 }));
  const next = watch(house.ask(stuck, 2));
  await clock.advance(100);
  expect(lost).toMatchObject({ state: 'rejected', value: { code: 'TIMEOUT', timeoutMs: 100 } });
  expect(next.state).toBe('pending');
  await clock.advance(300);

  expect(next).toMatchObject({ state: 'fulfilled', value: 2 });
  expect(abandoned).toEqual(['stuck']);
  await expectHealthy(house);
  expectAtRest(house, clock);
});

it('drops what comes long after everybody has gone, also an error', async () => {
  const late: ((error: Error) => void)[] = [];
  const stuck = defineAgent('stuck', { handle: () => new Promise<never>((_, no) => late.push(no)) });
  const { clock, house } = startHouse({ agents: [stuck] });
  const lost = rejection(house.ask(stuck, 1, { timeout: 100 }));
  await clock.advance(60_000);
  const unhandled = await unhandledDuring(async () => {
    for (const reject of late) reject(boom);
    await clock.settle();
  });

  expect(await lost).toMatchObject({ code: 'TIMEOUT' });
  expect(unhandled).toEqual([]);
  expectAtRest(house, clock);
});

it.each([
  ['a class', class {}],
  ['text', 'handle'],
  ['nothing', undefined],
])('refuses an agent whose handler is %s', (_what, handle) => {
  expect(() => defineAgent('bad', { handle: handle as never })).toThrow(/handle must be a function/);
});

it('lets an agent ask itself when it has a second slot, and times out when it has none', async () => {
  const down = (n: number, { ask }: { ask: (name: string, n: number) => Promise<unknown> }): unknown =>
    n === 0 ? 'bottom' : ask('selfish', n - 1);
  const wide = startHouse({ agents: [defineAgent('selfish', { concurrency: 3, handle: down as never })] });
  expect(await wide.house.ask('selfish', 2)).toBe('bottom');

  const narrow = startHouse({ agents: [defineAgent('selfish', { handle: down as never })] });
  const lost = rejection(narrow.house.ask('selfish', 1, { timeout: '1s' }));
  await narrow.clock.advance(10_000);
  expect(await lost).toMatchObject({ code: 'TIMEOUT' });
  await expectHealthy(narrow.house);
  expectAtRest(narrow.house, narrow.clock);
});

it('lets an agent unregister itself from within its handler', async () => {
  const quits = defineAgent('quits', { handle: () => house.agents.unregister('quits') });
  const { clock, house } = startHouse({ agents: [quits] });
  expect(await rejection(house.ask(quits, 1))).toMatchObject({ code: 'AGENT_GONE' });
  expect(house.agents.size).toBe(0);
  await clock.advance(5_000);
  await expectHealthy(house);
  expectAtRest(house, clock);
});
