import assert from 'node:assert/strict';
import {
  type CadreEvent,
  type CoordinatorOptions,
  defineAgent,
  defineCapability,
  defineWorkflow,
  type Schema,
} from '../../src/index.ts';
import type { Case } from './case.ts';
import { checkCivil, checkEnd, checkEndOfRun, rootOf, whatComes } from './handler-ends.ts';
import { fickle, type Kind, kinds } from './handler-values.ts';
import { checkSame, outcomeOf } from './outcome.ts';
import type { World } from './world.ts';

type Handler = (...args: never[]) => unknown;
type Place = (world: World, handler: Handler, kind: Kind) => Promise<void>;

const FAILED = { thrown: ['HANDLER_FAILED'], late: ['TIMEOUT'] };
const STEP_FAILED = { thrown: ['RUN_FAILED', 'HANDLER_FAILED'], late: ['RUN_FAILED', 'TIMEOUT'] };

/** Those that nobody could stop were given up, once each. */
function checkAbandoned(kind: Kind, { abandoned }: { readonly abandoned: number }, times = 1): void {
  assert.equal(abandoned, kind.ends === 'never' ? times : 0, 'abandoned');
}

/** Where somebody waits for what the handler gives. */
const waited: Readonly<Record<string, Place>> = {
  'a responder': async (world, handler, kind) => {
    const { messages } = world.house;
    messages.respond('desk', handler as never);
    const result = messages.request('desk', 1, { timeout: '10s' });
    checkEnd(await whatComes(world, kind, result), kind, FAILED);
    checkAbandoned(kind, messages.stats());
  },
  'an agent': async (world, handler, kind) => {
    const ada = defineAgent('ada', { handle: handler as never });
    world.house.agents.register(ada);
    const result = world.house.ask(ada, 1, { timeout: '10s' });
    checkEnd(await whatComes(world, kind, result), kind, FAILED);
    checkAbandoned(kind, world.house.tasks.stats());
  },
  'an agent that is reached by topic': async (world, handler, kind) => {
    world.house.agents.register(defineAgent('ada', { handle: handler as never }));
    const result = world.house.messages.request('agent.ada', 1, { timeout: '10s' });
    checkEnd(await whatComes(world, kind, result), kind, FAILED);
    checkAbandoned(kind, world.house.tasks.stats());
  },
  'an agent with several attempts': async (world, handler, kind) => {
    const policy = { attempts: 3, timeout: '1s', backoff: { initial: 0 } } as const;
    const ada = defineAgent('ada', { handle: handler as never, policy });
    world.house.agents.register(ada);
    const result = world.house.ask(ada, 1, { timeout: '10s' });
    checkEnd(await whatComes(world, kind, result), kind, FAILED);
  },
  'an agent under a crowd of listeners': async (world, handler, kind) => {
    const told: CadreEvent[] = [];
    world.house.events.onAny((event) => told.push(event));
    const ada = defineAgent('ada', { handle: handler as never });
    world.house.agents.register(ada);
    const result = world.house.ask(ada, 1, { timeout: '10s' });
    checkEnd(await whatComes(world, kind, result), kind, FAILED);
    for (const event of told) assert.deepEqual(JSON.parse(JSON.stringify(event)), event);
  },
  'a step': async (world, handler, kind) => {
    const workflow = defineWorkflow('w', { policy: { timeout: '10s' } })
      .step('s', { run: handler as () => unknown, input: () => 1 })
      .output(({ s }) => s);
    const run = world.house.start(workflow, undefined);
    checkEndOfRun(await whatComes(world, kind, run.result), kind, 'output of step "s"', STEP_FAILED);
    JSON.stringify(run.snapshot());
    checkAbandoned(kind, world.house.workflows.stats());
  },
  'a step for an agent': async (world, handler, kind) => {
    const ada = defineAgent('ada', { handle: handler as never });
    world.house.agents.register(ada);
    const workflow = defineWorkflow('w', { policy: { timeout: '10s' } })
      .step('s', { run: ada, input: () => 1 as never })
      .output(({ s }) => s);
    const result = world.house.run(workflow, undefined);
    checkEndOfRun(await whatComes(world, kind, result), kind, 'output of step "s"', STEP_FAILED);
    checkAbandoned(kind, world.house.tasks.stats());
  },
  'the output of a workflow': async (world, handler, kind) => {
    const workflow = defineWorkflow('w', { deadline: '10s' })
      .step('s', { run: () => 1 })
      .output(handler as () => unknown);
    const result = world.house.run(workflow, undefined);
    const outcome = await whatComes(world, kind, result);
    checkEndOfRun(outcome, kind, 'output of workflow "w"', { ...STEP_FAILED, late: ['TIMEOUT'] });
  },
};

/** Conditions and mappings answer at once: a promise is refused, whatever becomes of it. */
const atOnce: Readonly<Record<string, Place>> = {
  'the condition of a step': async (world, handler, kind) => {
    const step = { run: () => 1, when: handler as () => boolean };
    const workflow = defineWorkflow('w', { deadline: '10s' }).step('s', step);
    const outcome = await whatComes(world, kind, world.house.run(workflow, undefined));
    const { error } = outcome as { error: unknown };
    if (kind.late) return checkCivil(outcome);
    const cause = rootOf(error, ['RUN_FAILED', 'HANDLER_FAILED']);
    if (kind.ends === 'throws' && !kind.later) checkSame(cause, kind.thrown, 'the cause');
    else rootOf(cause, ['INVALID_OPTIONS']);
  },
  'the input of a step': async (world, handler, kind) => {
    const step = { run: (input: unknown) => input, input: handler as () => unknown };
    const workflow = defineWorkflow('w', { deadline: '10s' })
      .step('s', step)
      .output(({ s }) => s);
    const outcome = await whatComes(world, kind, world.house.run(workflow, undefined));
    const ends = { ...STEP_FAILED, late: ['TIMEOUT'] };
    if (!kind.later) return checkEndOfRun(outcome, kind, 'output of step "s"', ends);
    const { error } = outcome as { error: unknown };
    rootOf(error, ['RUN_FAILED', 'HANDLER_FAILED', 'INVALID_OPTIONS']);
  },
};

/** Where nobody waits, and others are there too. */
const unheard: Readonly<Record<string, Place>> = {
  'a subscriber': async (world, handler, kind) => {
    const { house, clock } = world;
    const heard: unknown[] = [];
    const told: CadreEvent[] = [];
    house.messages.subscribe('news', handler as never);
    house.messages.subscribe('news', (body) => heard.push(body));
    house.events.on('message.handler-failed', (event) => told.push(event));
    house.messages.publish('news', 1);
    house.messages.publish('news', 2);
    for (let turn = 0; turn < 4; turn++) await clock.settle();
    if (kind.ends === 'never') await clock.advance('1h');
    assert.deepEqual(heard, [1, 2]);
    const failed = kind.ends === 'throws' || kind.fails ? 2 : 0;
    assert.deepEqual([house.stats().messages.handlerErrors, told.length], [failed, failed]);
    for (const event of told) assert.deepEqual(JSON.parse(JSON.stringify(event)), event);
  },
  'a listener': async (world, handler, kind) => {
    const { house, clock } = world;
    const heard: string[] = [];
    const ends = [
      house.events.on('message.published', handler as never),
      house.events.onAny(handler as never),
      house.events.once('message.published', handler as never),
      house.events.on('message.published', ({ type }) => heard.push(type)),
      house.events.onAny(({ type }) => heard.push(type)),
    ];
    house.messages.publish('news', 1);
    house.messages.publish('news', 2);
    for (let turn = 0; turn < 4; turn++) await clock.settle();
    if (kind.ends === 'never') await clock.advance('1h');
    assert.deepEqual(heard, new Array(4).fill('message.published'));
    assert.equal(house.stats().events.listenerErrors, kind.ends === 'throws' || kind.fails ? 5 : 0);
    for (const end of ends) end();
  },
};

/** A routing strategy, a logger or a rule for retries, which the case supplies. */
const supplied: Readonly<
  Record<string, { options: (handler: Handler) => CoordinatorOptions; place: Place }>
> = {
  'a routing strategy': {
    options: (choose) => ({ routing: { name: 'own', choose: choose as never } }),
    place: async (world, _, kind) => {
      const agents = ['ada', 'ben'].map((name) =>
        defineAgent(name, { capabilities: ['work'], handle: () => name }),
      );
      for (const agent of agents) world.house.agents.register(agent);
      const result = world.house.ask({ capabilities: ['work'] }, 1, { timeout: '10s' });
      const outcome = await whatComes(world, kind, result);
      if (kind.late) return checkCivil(outcome);
      const cause = rootOf((outcome as { error: unknown }).error, ['ROUTING_FAILED']);
      checkSame(cause, kind.later || kind.ends !== 'throws' ? undefined : kind.thrown, 'the cause');
      assert.equal(await world.house.ask('ada', 1), 'ada');
    },
  },
  'a logger': {
    options: (info) => ({ logger: { debug: info, info, warn: info, error: info } }),
    place: async (world, _, kind) => {
      const ada = defineAgent('ada', {
        handle: async (_input: unknown, { log }) => (log.info as Handler)('said' as never),
      });
      world.house.agents.register(ada);
      const result = world.house.ask(ada, 1, { timeout: '10s' });
      checkEnd(await whatComes(world, kind, result), kind, FAILED);
    },
  },
  retryWhen: {
    options: (retryWhen) => ({
      policy: { attempts: 3, backoff: { initial: 0 }, retryWhen: retryWhen as never },
    }),
    place: async (world, _, kind) => {
      const boom = new Error('boom');
      let calls = 0;
      const ada = defineAgent('ada', {
        handle: () => {
          calls++;
          throw boom;
        },
      });
      world.house.agents.register(ada);
      const outcome = await whatComes(world, kind, world.house.ask(ada, 1, { timeout: '10s' }));
      if (kind.late) return checkCivil(outcome);
      checkSame(rootOf((outcome as { error: unknown }).error, ['HANDLER_FAILED']), boom, 'the cause');
      assert.equal(calls, 1);
    },
  },
};

/** A Standard Schema whose validation is the handler: what is no result of a validation must not pass for one. */
const schemas: Readonly<Record<string, (schema: Schema) => (world: World) => Promise<unknown>>> = {
  'the schema of an input': (input) => (world) => {
    const work = defineCapability('work', { input });
    world.house.agents.register(defineAgent('ada', { capabilities: [work], handle: () => 1 }));
    return world.house.ask(work, 1, { timeout: '10s' });
  },
  'the schema of an output': (output) => (world) => {
    const work = defineCapability('work', { output });
    world.house.agents.register(defineAgent('ada', { capabilities: [work], handle: () => 1 }));
    return world.house.ask(work, 1, { timeout: '10s' });
  },
  'the schema of a run': (input) => (world) => {
    const workflow = defineWorkflow('w', { input, deadline: '10s' }).step('s', { run: () => 1 });
    return world.house.run(workflow, 1);
  },
};

const make = (position: string, name: string, run: Case['run'], options?: CoordinatorOptions): Case => ({
  category: 'handlers',
  position,
  name,
  run,
  ...(options === undefined ? {} : { options }),
});

/** What is looked at twice must not be believed twice: an error of cadre or an output, once. */
const fickleCases = Object.entries(fickle).flatMap(([name, make]): Case[] =>
  Object.entries<(world: World) => Promise<unknown>>({
    'a responder': ({ house }) => {
      house.messages.respond('desk', make);
      return house.messages.request('desk', 1);
    },
    'an agent': ({ house }) => {
      house.agents.register(defineAgent('ada', { handle: make }));
      return house.ask('ada', 1);
    },
    'a step': ({ house }) =>
      house.run(
        defineWorkflow('w')
          .step('s', { run: make })
          .output(({ s }) => [s]),
        undefined,
      ),
    'a step for an agent': ({ house }) => {
      const ada = defineAgent('ada', { handle: make });
      house.agents.register(ada);
      const workflow = defineWorkflow('w').step('s', { run: ada, input: () => 1 as never });
      return house.run(
        workflow.output(({ s }) => [s]),
        undefined,
      );
    },
    'the output of a workflow': ({ house }) => house.run(defineWorkflow('w').output(make), undefined),
  }).map(([position, ask]) => ({
    category: 'handlers',
    position,
    name,
    run: async (world) => {
      const { clock } = world;
      checkCivil(
        await outcomeOf(
          () => ask(world),
          () => clock.settle(),
        ),
      );
    },
  })),
);

/** Every kind of handler at every place that takes one. */
const ordinaryCases = Object.entries(kinds).flatMap(([name, kind]) => [
  ...Object.entries({ ...waited, ...atOnce, ...unheard }).map(([position, place]) =>
    make(position, name, (world) => place(world, kind.make(world.clock), kind)),
  ),
  ...Object.entries(supplied).map(([position, { options, place }]) => {
    let handler: Handler = () => undefined;
    const run = (world: World): Promise<void> => {
      handler = kind.make(world.clock);
      return place(world, handler, kind);
    };
    return make(
      position,
      name,
      run,
      options((...args) => handler(...args)),
    );
  }),
  ...Object.entries(schemas).map(([position, ask]) =>
    make(position, name, async (world) => {
      const validate = kind.make(world.clock) as never;
      const schema: Schema = { '~standard': { version: 1, vendor: 'own', validate } };
      const outcome = await whatComes(world, kind, (async () => ask(schema)(world))());
      checkCivil(outcome);
      if (kind.ends !== 'throws') return;
      checkSame(
        rootOf((outcome as { error: unknown }).error, ['SCHEMA_VIOLATION']),
        kind.thrown,
        'the cause',
      );
    }),
  ),
]);

/** Every kind of handler, and of what handlers give, at every place that takes one. */
export const handlerCases: readonly Case[] = [...ordinaryCases, ...fickleCases];
