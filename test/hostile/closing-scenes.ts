import assert from 'node:assert/strict';
import { Coordinator, defineAgent, defineWorkflow } from '../../src/index.ts';
import { checkTyped, outcomeOf, rejection } from './outcome.ts';
import type { World } from './world.ts';

type Scene = (world: World) => unknown;

const ada = defineAgent('ada', { handle: (input: unknown) => input });
const never = () => new Promise<never>(() => {});

/** Closes in the middle of `begin`, which must not wait for the one that waits for it. */
const closeWithin =
  (begin: (house: Coordinator, close: () => unknown) => unknown): Scene =>
  async (world) => {
    const { house, clock } = world;
    let closing: Promise<unknown> | undefined;
    const close = (): unknown => {
      closing = house.close();
      return closing;
    };
    const work = outcomeOf(() => begin(house, close));
    await clock.settle();
    await clock.advance('1m');
    assert.ok(closing !== undefined, 'it was closed');
    await closing;
    world.closed = true;
    const outcome = await work;
    if (outcome.end === 'rejected') checkTyped(outcome.error, (outcome.error as { code: string }).code);
  };

/** Closing from everywhere, in the middle of everything. */
export const closing: Readonly<Record<string, Scene>> = {
  'ten times at once': async (world) => {
    const promises = Array.from({ length: 10 }, () => world.house.close({ drain: '1s' }));
    assert.equal(new Set(promises).size, 1);
    assert.deepEqual(await promises[0], { drained: 0, cancelled: 0, abandoned: [] });
    world.closed = true;
  },
  'disposed twice': async (world) => {
    await world.house[Symbol.asyncDispose]();
    await world.house[Symbol.asyncDispose]();
    world.closed = true;
  },
  'by the end of a block that throws': async ({ clock }) => {
    const error = await rejection(
      (async () => {
        const house = new Coordinator({ clock, agents: [ada] });
        try {
          await house.ask('ada', 1);
          throw new Error('own');
        } finally {
          await house[Symbol.asyncDispose]();
        }
      })(),
    );
    assert.equal((error as Error).message, 'own');
  },
  'from a handler that waits for it': closeWithin((house, close) => {
    house.agents.register(defineAgent('closer', { handle: close }));
    return house.ask('closer', 1);
  }),
  'from a responder that waits for it': closeWithin((house, close) => {
    house.messages.respond('closer', close);
    return house.messages.request('closer', 1);
  }),
  'from a subscriber': closeWithin((house, close) => {
    house.messages.subscribe('news', close);
    house.messages.publish('news', 1);
  }),
  'from a step that waits for it': closeWithin((house, close) =>
    house.run(
      defineWorkflow('w')
        .step('s', { run: close })
        .step('t', { run: () => 1, after: ['s'] }),
      undefined,
    ),
  ),
  'from a condition': closeWithin((house, close) =>
    house.run(defineWorkflow('w').step('s', { run: () => 1, when: () => close() !== undefined }), undefined),
  ),
  'from the output of a workflow': closeWithin((house, close) =>
    house.run(
      defineWorkflow('w')
        .step('s', { run: () => 1 })
        .output(() => close()),
      undefined,
    ),
  ),
  'from a listener of every event': closeWithin((house, close) => {
    house.events.onAny(close);
    house.agents.register(defineAgent('last', { handle: () => 1 }));
  }),
  'from a listener of its own end': closeWithin((house, close) => {
    house.events.on('coordinator.closed', close);
    return house.close();
  }),
  'from a listener that hears of it': async (world) => {
    const { house } = world;
    const promises = new Set<unknown>();
    let heard = 0;
    house.events.on('coordinator.closing', () => {
      if (++heard < 10) promises.add(house.close());
    });
    promises.add(house.close({ drain: '1s' }));
    await Promise.all(promises);
    world.closed = true;
    assert.deepEqual({ heard, promises: promises.size }, { heard: 1, promises: 1 });
  },
  'with a handler that never settles': async (world) => {
    const { house, clock } = world;
    house.agents.register(defineAgent('stuck', { handle: never }));
    const lost = rejection(house.ask('stuck', 1));
    await clock.settle();
    const report = house.close({ drain: '1s' });
    await clock.advance('6s');
    assert.deepEqual(await report, { drained: 0, cancelled: 1, abandoned: ['agent "stuck"'] });
    checkTyped(await lost, 'CLOSED');
    world.closed = true;
  },
  'with a thousand tasks that wait': async (world) => {
    const { house, clock } = world;
    house.agents.register(defineAgent('stuck', { handle: never }));
    const lost = Array.from({ length: 1_000 }, () => rejection(house.ask('stuck', 1)));
    await clock.settle();
    const report = house.close();
    await clock.advance('5s');
    assert.equal((await report).cancelled, 1_000);
    for (const error of await Promise.all(lost)) checkTyped(error, 'CLOSED');
    world.closed = true;
  },
  'with a stream that somebody reads': async (world) => {
    const types: string[] = [];
    const read = (async () => {
      for await (const { type } of world.house.events.stream()) types.push(type);
    })();
    await world.house.close();
    await read;
    assert.equal(types.at(-1), 'coordinator.closed');
    world.closed = true;
  },
  'and then a stream is opened': async (world) => {
    await world.house.close();
    world.closed = true;
    const read = await outcomeOf(
      () => world.house.events.stream().next(),
      () => world.clock.settle(),
    );
    assert.deepEqual(read, { end: 'returned', value: { done: true, value: undefined } });
  },
  '200 times, each time anew': async ({ clock }) => {
    for (let n = 0; n < 200; n++) {
      const house = new Coordinator({ clock, agents: [ada] });
      assert.equal(await house.ask('ada', n), n);
      await house.close();
    }
    assert.equal(clock.pendingTimers, 0);
  },
  'a constructor that fails half way': (world) => {
    const { clock } = world;
    assert.throws(() => new Coordinator({ clock, agents: [ada, ada] }), { code: 'AGENT_EXISTS' });
    assert.equal(clock.pendingTimers, 0);
  },
};
