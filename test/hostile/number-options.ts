import {
  AgentRegistry,
  Coordinator,
  type CoordinatorOptions,
  defineAgent,
  defineWorkflow,
  MessageBroker,
  type Policy,
  TaskDistributor,
  WorkflowEngine,
} from '../../src/index.ts';
import { durableOptions } from './number-durable.ts';
import type { Bounds } from './number-values.ts';
import type { NumericOption } from './numeric-option.ts';
import type { World } from './world.ts';

const whole = (min: number, infinity?: true): Bounds => ({
  takes: 'whole',
  min,
  ...(infinity && { infinity }),
});
const duration = (min: number, infinity?: true): Bounds => ({
  takes: 'duration',
  min,
  ...(infinity && { infinity }),
});
const limit = duration(1, true);
const priority: Bounds = { takes: 'number', min: -Number.MAX_VALUE, max: Number.MAX_VALUE };

const echo = defineAgent('echo', { handle: (input: unknown) => input });
const one = defineWorkflow('one').step('s', { run: () => 1 });
const hangs = (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> =>
  new Promise((_yes, no) => signal.addEventListener('abort', () => no(signal.reason)));
const hanging = defineAgent('hanging', { handle: hangs });

/** Makes a coordinator with the options, has it do a little of everything, and closes it. */
async function useHouse(world: World, options: CoordinatorOptions): Promise<void> {
  const house = new Coordinator({ clock: world.clock, agents: [echo], ...options });
  await house.ask('echo', 1);
  house.messages.respond('desk', () => 1);
  await house.messages.request('desk', 1);
  await house.run(one, undefined);
  await house.close();
}

/** `work`, which throws at once when an option is refused, in a coordinator of its own that is closed in the end. */
function inHouse(
  world: World,
  options: CoordinatorOptions,
  work: (house: Coordinator) => Promise<unknown>,
): Promise<unknown> {
  const house = new Coordinator({ clock: world.clock, ...options });
  return work(house).finally(() => house.close());
}

const ofCoordinator = (
  position: string,
  bounds: Bounds,
  options: (value: never) => CoordinatorOptions,
  waits?: NumericOption['waits'],
): NumericOption => ({
  position: `Coordinator: ${position}`,
  bounds,
  how: 'throws',
  call: (world, value) => {
    // Thrown here, not by the asynchronous part.
    new Coordinator({ clock: world.clock, ...options(value) });
    return useHouse(world, options(value));
  },
  ...(waits && { waits }),
});

const policies: readonly (readonly [string, Bounds, (value: never) => Policy])[] = [
  ['policy.attempts', whole(1, true), (attempts) => ({ attempts })],
  ['policy.timeout', limit, (timeout) => ({ timeout })],
  ['policy.backoff.initial', duration(0), (initial) => ({ backoff: { initial } })],
  ['policy.backoff.max', duration(0), (max) => ({ backoff: { max } })],
  ['policy.backoff.factor', { takes: 'number', min: 1, max: 100 }, (factor) => ({ backoff: { factor } })],
  ['policy.backoff.jitter', { takes: 'number', min: 0, max: 1 }, (jitter) => ({ backoff: { jitter } })],
];

/** Every level that takes a policy. */
const policyOptions = policies.flatMap(([path, bounds, policy]): NumericOption[] => [
  ofCoordinator(path, bounds, (value) => ({ policy: policy(value) })),
  {
    position: `defineAgent: ${path}`,
    bounds,
    how: 'throws',
    call: (_, value) => defineAgent('a', { handle: () => 1, policy: policy(value) }),
  },
  {
    position: `submit: ${path}`,
    bounds,
    how: 'throws',
    call: ({ house }, value) => {
      if (house.agents.get('echo') === undefined) house.agents.register(echo);
      return house.tasks.submit('echo', 1, { policy: policy(value) }).result;
    },
  },
  {
    position: `defineWorkflow: ${path}`,
    bounds,
    how: 'throws',
    call: (_, value) => defineWorkflow('w', { policy: policy(value) }),
  },
  {
    position: `step: ${path}`,
    bounds,
    how: 'throws',
    call: (_, value) => defineWorkflow('w').step('s', { run: () => 1, policy: policy(value) }),
  },
]);

const constructors: readonly NumericOption[] = [
  ofCoordinator('grace', duration(0), (grace) => ({ grace })),
  ofCoordinator(
    'messages.timeout',
    limit,
    (timeout) => ({ messages: { timeout } }),
    (world, timeout, signal) =>
      inHouse(world, { messages: { timeout } }, (house) => {
        house.messages.respond('desk', hangs);
        return house.messages.request('desk', 1, { signal });
      }),
  ),
  ofCoordinator('messages.pending', whole(1), (pending) => ({ messages: { pending } })),
  ofCoordinator(
    'tasks.timeout',
    limit,
    (timeout) => ({ tasks: { timeout } }),
    (world, timeout, signal) =>
      inHouse(world, { tasks: { timeout }, policy: { timeout: Infinity }, agents: [hanging] }, (house) =>
        house.ask('hanging', 1, { signal }),
      ),
  ),
  ofCoordinator('tasks.queue', whole(0), (queue) => ({ tasks: { queue } })),
  ofCoordinator('workflows.runs', whole(1), (runs) => ({ workflows: { runs } })),
  ofCoordinator('workflows.retention.runs', whole(0), (runs) => ({ workflows: { retention: { runs } } })),
  ofCoordinator('workflows.retention.steps', whole(0), (steps) => ({ workflows: { retention: { steps } } })),
  ...(
    [
      ['MessageBroker', MessageBroker, { timeout: limit, pending: whole(1), grace: duration(0) }],
      ['TaskDistributor', TaskDistributor, { timeout: limit, queue: whole(0), grace: duration(0) }],
      ['WorkflowEngine', WorkflowEngine, { runs: whole(1), grace: duration(0) }],
      ['AgentRegistry', AgentRegistry, {}],
    ] as const
  ).flatMap(([name, Room, options]) =>
    Object.entries<Bounds>(options).map(
      ([option, bounds]): NumericOption => ({
        position: `${name}: ${option}`,
        bounds,
        how: 'throws',
        call: ({ clock }, value) => new Room({ clock, [option]: value } as never),
      }),
    ),
  ),
];

const calls: readonly NumericOption[] = [
  {
    position: 'request: timeout',
    bounds: limit,
    how: 'rejects',
    call: ({ house }, timeout) => house.messages.request('bystander.desk', 1, { timeout }),
    waits: async ({ house }, timeout, signal) => {
      const end = house.messages.respond('hang', hangs);
      return house.messages.request('hang', 1, { timeout, signal }).finally(end);
    },
  },
  {
    position: 'request: priority',
    bounds: priority,
    how: 'rejects',
    call: ({ house }, value) => house.messages.request('bystander.desk', 1, { priority: value }),
  },
  ...(['concurrency', 'waiting'] as const).map(
    (option): NumericOption => ({
      position: `respond: ${option}`,
      bounds: whole(option === 'waiting' ? 0 : 1),
      how: 'throws',
      call: ({ house }, value) => {
        const end = house.messages.respond('desk', () => 1, { [option]: value });
        return house.messages.request('desk', 1).finally(end);
      },
    }),
  ),
  {
    position: 'ask: timeout',
    bounds: limit,
    how: 'rejects',
    call: ({ house }, timeout) => {
      if (house.agents.get('echo') === undefined) house.agents.register(echo);
      return house.ask('echo', 1, { timeout });
    },
    waits: async ({ house }, timeout, signal) => {
      const patient = defineAgent('patient', { handle: hangs, policy: { timeout: Infinity } });
      house.agents.register(patient);
      return house.ask(patient, 1, { timeout, signal });
    },
  },
  {
    position: 'ask: policy.timeout',
    bounds: limit,
    how: 'rejects',
    call: ({ house }, timeout) => house.ask('echo', 1, { policy: { timeout }, priority: 'low' }),
    waits: async ({ house }, timeout, signal) => {
      house.agents.register(hanging);
      return house.ask('hanging', 1, { timeout: Infinity, policy: { timeout }, signal });
    },
  },
  {
    position: 'submit: priority',
    bounds: priority,
    how: 'throws',
    call: ({ house }, value) => {
      if (house.agents.get('echo') === undefined) house.agents.register(echo);
      return house.tasks.submit('echo', 1, { priority: value }).result;
    },
  },
  {
    position: 'start: deadline',
    bounds: limit,
    how: 'throws',
    call: ({ house }, deadline) => house.start(one, undefined, { deadline }).result,
    waits: async ({ house }, deadline, signal) => {
      const workflow = defineWorkflow('w', { policy: { timeout: Infinity } }).step('s', { run: hangs });
      return house.run(workflow, undefined, { deadline, signal });
    },
  },
  {
    position: 'defineWorkflow: deadline',
    bounds: limit,
    how: 'throws',
    call: (_, deadline) => defineWorkflow('w', { deadline }),
    waits: async ({ house }, deadline, signal) => {
      const policy = { timeout: Infinity };
      const workflow = defineWorkflow('w', { deadline, policy }).step('s', { run: hangs });
      return house.run(workflow, undefined, { signal });
    },
  },
  {
    position: 'defineWorkflow: concurrency',
    bounds: whole(1, true),
    how: 'throws',
    call: ({ house }, concurrency) =>
      house.run(defineWorkflow('w', { concurrency, steps: [{ id: 's', run: () => 1 }] }), undefined),
  },
  {
    position: 'defineAgent: concurrency',
    bounds: whole(1, true),
    how: 'throws',
    call: ({ house }, concurrency) => {
      const agent = defineAgent('many', { concurrency, handle: () => 1 });
      house.agents.register(agent);
      return house.ask(agent, 1).then(() => house.agents.unregister('many'));
    },
  },
  {
    position: 'unregister: drain',
    bounds: duration(0),
    how: 'rejects',
    call: ({ house }, drain) => {
      if (house.agents.get('echo') === undefined) house.agents.register(echo);
      return house.agents.unregister('echo', { drain });
    },
  },
  {
    position: 'close: drain',
    bounds: duration(0),
    how: 'rejects',
    call: ({ clock }, drain) => new Coordinator({ clock }).close({ drain }),
  },
  {
    position: 'events.stream: buffer',
    bounds: whole(1),
    how: 'throws',
    call: ({ house }, buffer) => house.events.stream({ buffer }).return?.(),
  },
];

/** Every option of every constructor and call that takes a number, a priority or a duration. */
export const numericOptions: readonly NumericOption[] = [
  ...constructors,
  ...policyOptions,
  ...calls,
  ...durableOptions,
];
