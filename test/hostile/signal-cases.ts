import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { runInNewContext } from 'node:vm';
import { defineAgent, defineWorkflow } from '../../src/index.ts';
import { type Case, raise } from './case.ts';
import { checkSame, checkTyped, type Outcome, outcomeOf, refuses, rejection } from './outcome.ts';
import type { World } from './world.ts';

/** Work that takes a caller's signal. */
interface Work {
  /** Starts it; `calls` grows when a handler begins. */
  readonly start: (world: World, signal: AbortSignal, handle: () => unknown) => Promise<unknown>;
  /** The codes around what a handler throws. */
  readonly isRun?: true;
}

const works: Readonly<Record<string, Work>> = {
  'a request': {
    start: ({ house }, signal, handle) => {
      const topic = `desk-${house.stats().messages.responders}`;
      const end = house.messages.respond(topic, handle);
      return house.messages.request(topic, 1, { signal }).finally(end);
    },
  },
  'a task': {
    start: ({ house }, signal, handle) => {
      const name = `ada-${house.agents.size}`;
      house.agents.register(defineAgent(name, { handle }));
      return house.ask(name, 1, { signal });
    },
  },
  'a run': {
    start: ({ house }, signal, handle) =>
      house.run(defineWorkflow('w').step('s', { run: handle }), undefined, { signal }),
  },
  'a run of a step for an agent': {
    start: ({ house }, signal, handle) => {
      const agent = defineAgent(`ada-${house.agents.size}`, { handle });
      house.agents.register(agent);
      const workflow = defineWorkflow('w').step('s', { run: agent, input: () => 1 as never });
      return house.run(workflow, undefined, { signal });
    },
  },
};

const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

const trap = () => raise(new Error('trap'));
const reasons: Readonly<Record<string, unknown>> = {
  'no reason': undefined,
  null: null,
  text: 'text',
  'an error': new Error('own'),
  'a symbol': Symbol('reason'),
  'a proxy that throws': new Proxy(new Error('p'), {
    get: trap,
    getPrototypeOf: trap,
    has: trap,
    ownKeys: trap,
  }),
  'a rejected promise': (() => {
    const promise = Promise.reject(new Error('own'));
    promise.catch(() => {});
    return promise;
  })(),
};

/** Stops work, and looks at what is left on the signal. */
async function isStopped(
  world: World,
  { start }: Work,
  signal: AbortSignal,
  abort: () => unknown,
  mayStart: boolean,
): Promise<void> {
  let calls = 0;
  const stopped = outcomeOf(() =>
    start(world, signal, () => {
      calls++;
      return new Promise(() => {});
    }),
  );
  await abort();
  await world.clock.settle();
  const { error } = (await stopped) as { error: unknown };
  checkTyped(error, 'CANCELLED');
  checkSame(error.cause, signal.reason, 'the cause');
  if (!mayStart) assert.equal(calls, 0, 'handlers that began');
  if (signal instanceof AbortSignal) assert.equal(listenersOf(signal), 0, 'listeners on the signal');
  await world.clock.advance('1m');
}

/** What has not ended by the time at which everything is at rest never will. */
async function brief(world: World, call: () => Promise<unknown>): Promise<Outcome> {
  const outcome = await outcomeOf(call, () => world.clock.settle());
  assert.notEqual(outcome.end, 'pending', 'it never ends');
  return outcome;
}

const scenes: Readonly<Record<string, (world: World, work: Work) => Promise<void>>> = {
  ...Object.fromEntries(
    Object.entries(reasons).flatMap(([name, reason]) => [
      [
        `aborted before with ${name}`,
        (world: World, work: Work) => isStopped(world, work, AbortSignal.abort(reason), () => {}, false),
      ],
      [
        `aborted at work with ${name}`,
        (world: World, work: Work) => {
          const controller = new AbortController();
          const abort = async () => {
            await world.clock.settle();
            controller.abort(reason);
          };
          return isStopped(world, work, controller.signal, abort, true);
        },
      ],
    ]),
  ),
  'aborted in the turn of the call': (world, work) => {
    const controller = new AbortController();
    return isStopped(world, work, controller.signal, () => controller.abort(), false);
  },
  'aborted inside a listener of its own': (world, work) => {
    const controller = new AbortController();
    controller.signal.addEventListener('abort', () => controller.abort('again'), { once: true });
    return isStopped(world, work, controller.signal, () => controller.abort('first'), false);
  },
  'aborted in the turn in which the work ends': async (world, { start }) => {
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<number>();
    const outcome = outcomeOf(() => start(world, controller.signal, () => promise));
    await world.clock.settle();
    resolve(1);
    controller.abort();
    const { end } = await outcome;
    assert.ok(end === 'rejected' || end === 'returned');
    assert.equal(listenersOf(controller.signal), 0);
  },
  'aborted after the end': async (world, { start }) => {
    const controller = new AbortController();
    await start(world, controller.signal, () => 1);
    assert.equal(listenersOf(controller.signal), 0);
    controller.abort();
    await world.clock.settle();
  },
  'aborted by its own handler': async (world, { start }) => {
    const controller = new AbortController();
    checkTyped(await rejection(start(world, controller.signal, () => controller.abort())), 'CANCELLED');
  },
  'one signal for 200 works': async (world, { start }) => {
    const controller = new AbortController();
    const ends = Array.from({ length: 200 }, (_, index) =>
      outcomeOf(() =>
        start(world, controller.signal, () => (index % 2 === 0 ? index : new Promise(() => {}))),
      ),
    );
    assert.ok(listenersOf(controller.signal) <= 1, 'listeners on the signal');
    await world.clock.settle();
    controller.abort();
    for (const { end } of await Promise.all(ends)) assert.ok(end === 'returned' || end === 'rejected');
    assert.equal(listenersOf(controller.signal), 0);
    await world.clock.advance('1m');
  },
  'AbortSignal.any': (world, work) => {
    const controller = new AbortController();
    const any = AbortSignal.any([controller.signal, new AbortController().signal]);
    return isStopped(world, work, any, () => controller.abort('any'), false);
  },
  'AbortSignal.timeout(0)': async (world, { start }) => {
    const signal = AbortSignal.timeout(0);
    const outcome = await outcomeOf(() => start(world, signal, () => new Promise(() => {})));
    checkTyped((outcome as { error: unknown }).error, 'CANCELLED');
    checkSame((outcome as { error: { cause?: unknown } }).error.cause, signal.reason, 'the cause');
    await world.clock.advance('1m');
  },
  'what only behaves like a signal': (world, work) => {
    const heard = new Set<() => void>();
    const duck = {
      aborted: false,
      reason: undefined as unknown,
      addEventListener: (_: string, listener: () => void) => heard.add(listener),
      removeEventListener: (_: string, listener: () => void) => heard.delete(listener),
    };
    const abort = () => {
      duck.aborted = true;
      duck.reason = 'quack';
      for (const listener of heard) listener();
      assert.equal(heard.size, 0, 'listeners left');
    };
    return isStopped(world, work, duck as unknown as AbortSignal, abort, false);
  },
  'a signal that nobody can listen to': async (world, { start }) => {
    const signal = { aborted: false, addEventListener: trap, removeEventListener: () => {} };
    const outcome = await brief(world, async () => start(world, signal as never, () => 1));
    if (outcome.end === 'rejected') checkTyped(outcome.error, 'INVALID_OPTIONS');
  },
  'a signal that nobody can listen to, and what is left': async (world, { start }) => {
    const signal = { aborted: false, addEventListener: trap, removeEventListener: () => {} };
    await brief(world, async () => start(world, signal as never, () => 1));
    world.checkAtRest();
  },
  'a signal that cannot be left': async (world, { start }) => {
    const signal = { aborted: false, addEventListener: () => {}, removeEventListener: trap };
    world.sendBystanders();
    const outcome = await brief(world, async () => start(world, signal as never, () => 1));
    if (outcome.end === 'rejected') checkTyped(outcome.error, 'INVALID_OPTIONS');
    world.checkBystanders();
  },
  'a signal that can be listened to and left once': async (world, { start }) => {
    const once = (): (() => void) => {
      let calls = 0;
      return () => (++calls > 1 ? trap() : undefined);
    };
    const signal = { aborted: false, addEventListener: once(), removeEventListener: once() };
    world.sendBystanders();
    const outcome = await brief(world, async () => start(world, signal as never, () => 1));
    if (outcome.end === 'rejected') {
      checkTyped(outcome.error, (outcome.error as { code?: string }).code ?? 'INVALID_OPTIONS');
    }
    world.checkBystanders();
    world.checkAtRest();
  },
  'a signal of another realm': async (world, { start }) => {
    const code = `({ aborted: true, reason: 'far', addEventListener() {}, removeEventListener() {} })`;
    const signal = runInNewContext(code) as AbortSignal;
    const error = await rejection(start(world, signal, () => 1));
    checkTyped(error, 'CANCELLED');
    assert.equal(error.cause, 'far');
  },
};

const noSignals: Readonly<Record<string, unknown>> = {
  null: null,
  text: 'abort',
  true: true,
  'an empty object': {},
  'a controller': new AbortController(),
  'a signal without aborted': { addEventListener() {}, removeEventListener() {} },
  'a signal whose aborted is text': { aborted: 'no', addEventListener() {}, removeEventListener() {} },
  'the class': AbortSignal,
};

/** Signals of every kind at every call that takes one. */
export const signalCases: readonly Case[] = Object.entries(works).flatMap(([position, work]): Case[] => [
  ...Object.entries(scenes).map(
    ([name, scene]): Case => ({
      category: 'signals',
      position,
      name,
      run: (world) => scene(world, work),
    }),
  ),
  ...Object.entries(noSignals).map(
    ([name, signal]): Case => ({
      category: 'signals',
      position,
      name: `no signal: ${name}`,
      run: (world) =>
        refuses(world, 'rejects', 'INVALID_OPTIONS', () => {
          if (position === 'a request')
            return world.house.messages.request('t', 1, { signal: signal as never });
          if (position === 'a task') return world.house.ask('nobody', 1, { signal: signal as never });
          return world.house.run(defineWorkflow('w'), undefined, { signal: signal as never });
        }),
    }),
  ),
]);
