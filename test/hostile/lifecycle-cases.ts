import assert from 'node:assert/strict';
import {
  AgentRegistry,
  type Clock,
  Coordinator,
  defineAgent,
  defineWorkflow,
  type Logger,
  MessageBroker,
  TaskDistributor,
  WorkflowEngine,
} from '../../src/index.ts';
import type { FakeClock } from '../../src/testing/index.ts';
import { type Case, raise } from './case.ts';
import { closing } from './closing-scenes.ts';
import { checkTyped, outcomeOf, rejection } from './outcome.ts';
import type { World } from './world.ts';

type Scene = (world: World) => unknown;

const ada = defineAgent('ada', { capabilities: ['work'], handle: (input: unknown) => input });
const one = defineWorkflow('one').step('s', { run: () => 1 });
const never = () => new Promise<never>(() => {});

/** Every public method, and whether it would start something. */
const methods: Readonly<Record<string, readonly [starts: boolean, (house: Coordinator) => unknown]>> = {
  'agents.register': [true, ({ agents }) => agents.register(defineAgent('new', { handle: () => 1 }))],
  'agents.unregister': [false, ({ agents }) => agents.unregister('ada')],
  'agents.get': [false, ({ agents }) => assert.equal(agents.get('ada')?.name, 'ada')],
  'agents.list': [false, ({ agents }) => assert.ok(agents.list().length >= 1)],
  'agents.size': [false, ({ agents }) => assert.ok(agents.size >= 1)],
  'agents.find': [false, ({ agents }) => assert.equal(agents.find({ capabilities: ['work'] }).length, 1)],
  'agents.rejections': [false, ({ agents }) => agents.rejections({ agent: 'nobody' })],
  'agents.close': [false, ({ agents }) => agents.close()],
  'messages.publish': [true, ({ messages }) => messages.publish('news', 1)],
  'messages.subscribe': [true, ({ messages }) => messages.subscribe('news', () => 1)()],
  'messages.request': [true, ({ messages }) => messages.request('agent.ada', 1)],
  'messages.respond': [true, ({ messages }) => messages.respond('desk', () => 1)()],
  'messages.broadcast': [true, ({ messages }) => messages.broadcast('agent.ada', 1)],
  'messages.stats': [false, ({ messages }) => messages.stats()],
  'messages.close': [false, ({ messages }) => messages.close()],
  'tasks.submit': [true, ({ tasks }) => tasks.submit('ada', 1).result],
  'tasks.ask': [true, ({ tasks }) => tasks.ask('ada', 1)],
  'tasks.stats': [false, ({ tasks }) => tasks.stats()],
  'tasks.close': [false, ({ tasks }) => tasks.close()],
  'workflows.start': [true, ({ workflows }) => workflows.start(one, undefined).result],
  'workflows.run': [true, ({ workflows }) => workflows.run(one, undefined)],
  'workflows.get': [false, ({ workflows }) => workflows.get('nobody')],
  'workflows.list': [false, ({ workflows }) => workflows.list()],
  'workflows.stats': [false, ({ workflows }) => workflows.stats()],
  'workflows.close': [false, ({ workflows }) => workflows.close()],
  'events.on': [false, ({ events }) => events.on('run.started', () => 1)()],
  'events.once': [false, ({ events }) => events.once('run.started', () => 1)()],
  'events.onAny': [false, ({ events }) => events.onAny(() => 1)()],
  'events.stream': [false, ({ events }) => events.stream().return?.()],
  ask: [true, (house) => house.ask('ada', 1)],
  run: [true, (house) => house.run(one, undefined)],
  start: [true, (house) => house.start(one, undefined).result],
  stats: [false, (house) => house.stats()],
  close: [false, (house) => house.close()],
  'Symbol.asyncDispose': [false, (house) => house[Symbol.asyncDispose]()],
};

/** A typed refusal, or an answer. */
async function civil(call: () => unknown, codes?: readonly string[]): Promise<string> {
  const outcome = await outcomeOf(call);
  if (outcome.end === 'returned') return 'answered';
  const { error } = outcome as { error: { code: string } };
  checkTyped(error, error.code);
  if (codes !== undefined) assert.ok(codes.includes(error.code), error.code);
  return error.code;
}

const times: Readonly<Record<string, (name: string) => Scene>> = {
  'before anything else': (name) => async (world) => {
    const house = new Coordinator({ clock: world.clock, agents: [ada] });
    assert.equal(await civil(() => methods[name]?.[1](house)), 'answered');
    await house.close();
  },
  'after close': (name) => async (world) => {
    const [starts, call] = methods[name]!;
    world.house.agents.register(ada);
    await world.house.close();
    world.closed = true;
    assert.equal(await civil(() => call(world.house)), starts ? 'CLOSED' : 'answered');
  },
  'while it drains': (name) => async (world) => {
    const { house, clock } = world;
    let finish = (): void => {};
    const slow = defineAgent('slow', {
      handle: () =>
        new Promise<void>((yes) => {
          finish = yes;
        }),
    });
    house.agents.register(ada);
    house.agents.register(slow);
    const work = house.ask('slow', 1);
    await clock.settle();
    const closing = house.close({ drain: '10s' });
    world.closed = true;
    const done = civil(() => methods[name]![1](house), ['CLOSED']);
    await clock.settle();
    finish();
    await work;
    await clock.advance('10s');
    await done;
    assert.deepEqual((await closing).cancelled, 0);
  },
  'in a handler of a coordinator that closes': (name) => async (world) => {
    const { house, clock } = world;
    const told: Promise<string>[] = [];
    const late = defineAgent('late', {
      handle: (_: unknown, { signal }) =>
        new Promise<void>((yes) =>
          signal.addEventListener('abort', () => {
            told.push(civil(() => methods[name]![1](house)));
            yes();
          }),
        ),
    });
    house.agents.register(ada);
    house.agents.register(late);
    const work = rejection(house.ask('late', 1));
    await clock.settle();
    await house.close();
    world.closed = true;
    checkTyped(await work, 'CLOSED');
    assert.equal(told.length, 1);
    const { end } = await outcomeOf(
      () => Promise.all(told),
      () => clock.settle(),
    );
    assert.equal(end, 'returned', 'it never ends');
  },
};

/** Rooms that stand alone: whatever would start something is refused after close. */
const rooms: Readonly<Record<string, Scene>> = {
  'a registry alone': () => {
    const agents = new AgentRegistry();
    agents.close();
    agents.close();
    assert.throws(() => agents.register(ada), { code: 'CLOSED' });
  },
  'a broker alone': async ({ clock }) => {
    const broker = new MessageBroker({ clock });
    broker.respond('desk', never);
    const open = rejection(broker.request('desk', 1));
    await clock.settle();
    broker.close();
    broker.close();
    checkTyped(await open, 'CLOSED');
    assert.throws(() => broker.publish('t', 1), { code: 'CLOSED' });
    await clock.advance('1m');
    assert.equal(clock.pendingTimers, 0);
  },
  'a distributor alone': async ({ clock }) => {
    const tasks = new TaskDistributor({ clock });
    tasks.agents.register(ada);
    const open = tasks.ask('ada', 1);
    tasks.close();
    tasks.close();
    assert.equal(await open, 1);
    assert.throws(() => tasks.submit('ada', 1), { code: 'CLOSED' });
  },
  'an engine alone': async ({ clock }) => {
    const engine = new WorkflowEngine({ clock });
    const open = engine.run(one, undefined);
    engine.close();
    engine.close();
    assert.deepEqual(await open, { s: 1 });
    assert.throws(() => engine.start(one, undefined), { code: 'CLOSED' });
    const forAgent = defineWorkflow('w').step('s', { run: ada, input: () => 1 });
    const error = await rejection(new WorkflowEngine({ clock }).run(forAgent, undefined));
    checkTyped(error, 'RUN_FAILED');
    checkTyped(error.cause, 'NO_EXECUTOR');
  },
};

/** A fake clock whose wall jumps at every look, and whose ids are all the same. */
function wildClock(inner: FakeClock, wall: () => number): Clock {
  return {
    now: wall,
    monotonic: () => inner.monotonic(),
    schedule: (callback, ms) => inner.schedule(callback, ms),
    random: () => inner.random(),
    id: () => 'same',
  };
}

async function keepsTime(inner: FakeClock, wall: () => number): Promise<void> {
  const stuck = defineAgent('stuck', { handle: never });
  const house = new Coordinator({ clock: wildClock(inner, wall), agents: [stuck, ada], grace: '1s' });
  house.events.onAny(() => {});
  const outcome = outcomeOf(() => house.ask('stuck', 1, { timeout: '1m' }));
  await inner.advance(59_999);
  assert.equal(house.stats().tasks.failed, 0);
  await inner.advance(1);
  checkTyped(((await outcome) as { error: unknown }).error, 'TIMEOUT');
  await inner.advance('1s');
  const run = house.start(one, undefined);
  assert.deepEqual(await run.result, { s: 1 });
  assert.equal(run.snapshot().status, 'completed');
  await house.close();
}

let jumps = 0;
const logger = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [level, () => raise(new Error(level))]),
) as unknown as Logger;

const surroundings: Readonly<Record<string, Scene>> = {
  'a wall clock that jumps an hour ahead and back': ({ clock }) =>
    keepsTime(clock, () => 1e12 + (jumps++ % 2) * 3_600_000),
  'a wall clock that goes backwards': ({ clock }) => keepsTime(clock, () => 1e12 - jumps++ * 1_000),
  'a wall clock that stands still': ({ clock }) => keepsTime(clock, () => 0),
  'a wall clock that is no number': ({ clock }) => keepsTime(clock, () => Number.NaN),
  'a listener that throws at every event': async ({ house }) => {
    let heard = 0;
    house.events.onAny(() => raise(new Error('listener')));
    house.events.onAny(() => heard++);
    house.agents.register(ada);
    await house.ask('ada', 1);
    await house.run(one, undefined);
    assert.ok(heard >= 8);
    assert.equal(house.stats().events.listenerErrors, heard);
  },
  'a logger that nobody calls': async ({ clock }) => {
    const house = new Coordinator({ clock, logger, agents: [ada, defineAgent('stuck', { handle: never })] });
    await house.ask('ada', 1);
    void house.tasks.submit('stuck', 1);
    await clock.settle();
    const report = house.close();
    await clock.advance('5s');
    assert.deepEqual((await report).abandoned, ['agent "stuck"']);
  },
  'two coordinators with the same agents and topics': async ({ clock }) => {
    const houses = [1, 2].map((n) => {
      const own = defineAgent('ada', { handle: () => n });
      const house = new Coordinator({ clock, agents: [own] });
      house.messages.respond('desk', () => n);
      return house;
    });
    for (const [index, house] of houses.entries()) {
      assert.equal(await house.ask('ada', 1), index + 1);
      assert.equal(await house.messages.request('desk', 1), index + 1);
    }
    await houses[0]?.close();
    assert.equal(await houses[1]?.ask('ada', 1), 2);
    await houses[1]?.close();
  },
};

const scenes: readonly (readonly [string, string, Scene])[] = [
  ...Object.entries(times).flatMap(([time, make]) =>
    Object.keys(methods).map((name): [string, string, Scene] => [`methods ${time}`, name, make(name)]),
  ),
  ...Object.entries({ rooms, closing, surroundings }).flatMap(([position, group]) =>
    Object.entries(group).map(([name, scene]): [string, string, Scene] => [position, name, scene]),
  ),
];

/** Every public method at the wrong time, closing from everywhere, and surroundings that misbehave. */
export const lifecycleCases: readonly Case[] = scenes.map(([position, name, run]) => ({
  category: 'lifecycle',
  position,
  name,
  run,
}));
