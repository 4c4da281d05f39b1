import assert from 'node:assert/strict';
import {
  AgentRegistry,
  Coordinator,
  defineAgent,
  defineCapability,
  defineWorkflow,
  describeError,
  durationMs,
  isCadreError,
  MessageBroker,
  TaskDistributor,
  WorkflowEngine,
  workflowGraph,
} from '../../src/index.ts';
import { type Case, raise } from './case.ts';
import { noHandlers } from './handler-values.ts';
import { noText } from './name-values.ts';
import { type How, leavesNothing, refuses } from './outcome.ts';
import { awaitables, payloads } from './payload-values.ts';
import type { World } from './world.ts';

type Call = (world: World, value: never) => unknown;
type Places = Readonly<Record<string, readonly [How, Call]>>;

const boom = new Error('own');
const handle = () => 1;
const one = defineWorkflow('w').step('s', { run: handle });
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

/** What is no object of options, or has what no options have. */
export const noOptions: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  'a number': () => 5,
  text: () => 'text',
  true: () => true,
  'an empty list': () => [],
  'a list': () => [1],
  'a function': () => handle,
  'an unknown key': () => ({ unheardOf: 1 }),
  'a key __proto__ of its own': () => JSON.parse('{"__proto__":{"polluted":1}}'),
  'a key constructor': () => ({ constructor: { prototype: { polluted: 1 } } }),
  'a key hasOwnProperty': () => ({ hasOwnProperty: () => true }),
  'a getter that throws': () => ({
    get unheardOf() {
      return raise(boom);
    },
  }),
  'a proxy that hides its keys': () => new Proxy({}, { ownKeys: () => raise(boom) }),
  'a proxy with a key that cannot be read': () => new Proxy({ unheardOf: 1 }, { get: () => raise(boom) }),
  'a revoked proxy': revoked,
};

/** Every place that takes options. */
const optionPlaces: Places = {
  Coordinator: ['throws', (_, options) => new Coordinator(options)],
  'Coordinator: messages': ['throws', (_, messages) => new Coordinator({ messages })],
  'Coordinator: tasks': ['throws', (_, tasks) => new Coordinator({ tasks })],
  'Coordinator: workflows': ['throws', (_, workflows) => new Coordinator({ workflows })],
  'Coordinator: policy': ['throws', (_, policy) => new Coordinator({ policy })],
  'Coordinator: policy.backoff': ['throws', (_, backoff) => new Coordinator({ policy: { backoff } })],
  AgentRegistry: ['throws', (_, options) => new AgentRegistry(options)],
  MessageBroker: ['throws', (_, options) => new MessageBroker(options)],
  TaskDistributor: ['throws', (_, options) => new TaskDistributor(options)],
  WorkflowEngine: ['throws', (_, options) => new WorkflowEngine(options)],
  'WorkflowEngine: retention': ['throws', (_, retention) => new WorkflowEngine({ retention })],
  defineAgent: ['throws', (_, options) => defineAgent('a', options)],
  defineCapability: ['throws', (_, options) => defineCapability('c', options)],
  defineWorkflow: ['throws', (_, options) => defineWorkflow('w', options)],
  step: ['throws', (_, step) => defineWorkflow('w').step('s', step)],
  publish: ['throws', ({ house }, options) => house.messages.publish('t', 1, options)],
  request: ['rejects', ({ house }, options) => house.messages.request('t', 1, options)],
  broadcast: ['throws', ({ house }, options) => house.messages.broadcast('t', 1, options)],
  respond: ['throws', ({ house }, options) => house.messages.respond('t', handle, options)],
  submit: ['throws', ({ house }, options) => house.tasks.submit('nobody', 1, options)],
  ask: ['rejects', ({ house }, options) => house.ask('nobody', 1, options)],
  unregister: ['rejects', ({ house }, options) => house.agents.unregister('nobody', options)],
  start: ['throws', ({ house }, options) => house.start(one, undefined, options)],
  run: ['rejects', ({ house }, options) => house.run(one, undefined, options)],
  close: ['rejects', ({ house }, options) => house.close(options)],
  'events.stream': ['throws', ({ house }, options) => house.events.stream(options)],
};

/** What is no agent, workflow, schema, port … */
export const noParts: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  'a number': () => 5,
  'text that is no name either': () => 'two words',
  'an empty object': () => ({}),
  'a list': () => [1],
  'a class': () => class {},
  'getters that throw': throwing,
  'a proxy that throws when it is read': () => new Proxy({}, { get: () => raise(boom) }),
  'a proxy that hides its prototype': () => new Proxy({}, { getPrototypeOf: () => raise(boom) }),
  'a revoked proxy': revoked,
};

function throwing(): object {
  const keys = ['kind', 'choose', 'now', 'publish', 'debug', '~standard', 'aborted', 'capabilities', 'agent'];
  return Object.defineProperties(
    {},
    Object.fromEntries(keys.map((key) => [key, { enumerable: true, get: () => raise(boom) }])),
  );
}

/** Every place that takes something that is made elsewhere. */
const partPlaces: Places = {
  register: ['throws', ({ house }, agent) => house.agents.register(agent)],
  'Coordinator: agents': ['throws', (_, agent) => new Coordinator({ agents: [agent] })],
  'Coordinator: routing': ['throws', (_, routing) => new Coordinator({ routing })],
  'Coordinator: logger': ['throws', (_, logger) => new Coordinator({ logger })],
  'Coordinator: clock': ['throws', (_, clock) => new Coordinator({ clock })],
  'Coordinator: messages.transport': [
    'throws',
    (_, transport) => new Coordinator({ messages: { transport } }),
  ],
  'defineAgent: capabilities': [
    'throws',
    (_, item) => defineAgent('a', { handle, capabilities: [item] as never }),
  ],
  'defineCapability: input': ['throws', (_, input) => defineCapability('c', { input })],
  'defineWorkflow: input': ['throws', (_, input) => defineWorkflow('w', { input })],
  'step: run': ['throws', (_, run) => defineWorkflow('w').step('s', { run, input: handle } as never)],
  'the target of ask': ['rejects', ({ house }, target) => house.ask(target, 1)],
  'the target of submit': ['throws', ({ house }, target) => house.tasks.submit(target, 1)],
  'the requirement of find': ['throws', ({ house }, requirement) => house.agents.find(requirement)],
  'the requirement of rejections': [
    'throws',
    ({ house }, requirement) => house.agents.rejections(requirement),
  ],
  'the workflow of start': ['throws', ({ house }, workflow) => house.start(workflow, undefined)],
  'the workflow of run': ['rejects', ({ house }, workflow) => house.run(workflow, undefined)],
  workflowGraph: ['throws', (_, workflow) => workflowGraph(workflow)],
  'request: signal': ['rejects', ({ house }, signal) => house.messages.request('t', 1, { signal })],
  'ask: signal': ['rejects', ({ house }, signal) => house.ask('nobody', 1, { signal })],
  'start: signal': ['throws', ({ house }, signal) => house.start(one, undefined, { signal })],
};

/** Every place that takes a function. */
const functionPlaces: Places = {
  'defineAgent: handle': ['throws', (_, value) => defineAgent('a', { handle: value })],
  respond: ['throws', ({ house }, value) => house.messages.respond('t', value)],
  subscribe: ['throws', ({ house }, value) => house.messages.subscribe('t', value)],
  'events.on': ['throws', ({ house }, value) => house.events.on('run.started', value)],
  'events.once': ['throws', ({ house }, value) => house.events.once('run.started', value)],
  'events.onAny': ['throws', ({ house }, value) => house.events.onAny(value)],
  'step: run': ['throws', (_, run) => defineWorkflow('w').step('s', { run, input: handle } as never)],
  'step: when': ['throws', (_, when) => defineWorkflow('w').step('s', { run: handle, when })],
  'step: input': ['throws', (_, input) => defineWorkflow('w').step('s', { run: handle, input })],
  'a step for an agent without input': [
    'throws',
    (_, input) => defineWorkflow('w').step('s', { run: { agent: 'ada' }, input }),
  ],
  'workflow.output': ['throws', (_, value) => one.output(value)],
  'defineWorkflow: output': ['throws', (_, output) => defineWorkflow('w', { steps: [], output })],
  'policy.retryWhen': ['throws', (_, retryWhen) => new Coordinator({ policy: { retryWhen } })],
};
/** Text is a name there, and this one is none. */
const takesNames = new Map(
  ['defineAgent: capabilities', 'the target of ask', 'the target of submit'].map((at) => [
    at,
    'INVALID_NAME',
  ]),
);
const mayBeLeftOut = new Set(['step: when', 'step: input', 'defineWorkflow: output', 'policy.retryWhen']);

function refusedAt(kind: string, places: Places, values: Readonly<Record<string, () => unknown>>): Case[] {
  return Object.entries(places).flatMap(([position, [how, call]]) =>
    Object.entries(values)
      .filter(([, value]) => !(mayBeLeftOut.has(position) && value() === undefined))
      .map(
        ([name, value]): Case => ({
          category: 'objects',
          position: `${kind}: ${position}`,
          name,
          run: async (world) => {
            const given = value();
            const code =
              typeof given === 'string' ? (takesNames.get(position) ?? 'INVALID_OPTIONS') : 'INVALID_OPTIONS';
            await refuses(world, how, code, () => call(world, given as never));
          },
        }),
      ),
  );
}

/** Whatever is thrown when an argument is read, a call that it comes out of has changed nothing. */
const breaking = (
  [
    [optionPlaces, noOptions, ['a revoked proxy', 'a proxy that hides its keys']],
    [partPlaces, noParts, ['a revoked proxy', 'getters that throw']],
  ] as const
).flatMap(([places, values, names]) =>
  Object.entries<readonly [How, Call]>(places).flatMap(([position, [, call]]) =>
    names.map(
      (name): Case => ({
        category: 'objects',
        position: 'what breaks when it is read leaves nothing behind',
        name: `${position}, ${name}`,
        run: async (world) => {
          const given = (values as Readonly<Record<string, () => unknown>>)[name]?.();
          await leavesNothing(world, () => call(world, given as never));
        },
      }),
    ),
  ),
);

/** What tells about any value must not break on any. */
const anything = Object.entries<() => unknown>({
  ...Object.fromEntries(Object.entries(noText).map(([name, value]) => [name, () => value])),
  ...payloads,
  ...Object.fromEntries(Object.entries(awaitables).map(([name, { make }]) => [`awaited: ${name}`, make])),
}).map(
  ([name, value]): Case => ({
    category: 'objects',
    position: 'what tells about any value',
    name: `told about: ${name}`,
    run: () => {
      const given = value();
      const { name: kind, message } = describeError(given);
      assert.deepEqual([typeof kind, typeof message], ['string', 'string']);
      assert.equal(isCadreError(given), false);
      const ms = durationMs(given);
      assert.ok(ms === undefined || typeof ms === 'number');
    },
  }),
);

/** Whatever is no options, no part and no function, at every place that takes some. */
export const objectCases: readonly Case[] = [
  ...refusedAt('options', optionPlaces, noOptions),
  ...refusedAt('parts', partPlaces, noParts),
  ...refusedAt(
    'functions',
    functionPlaces,
    Object.fromEntries(Object.entries(noHandlers).map(([name, value]) => [name, () => value])),
  ),
  ...breaking,
  ...anything,
];
