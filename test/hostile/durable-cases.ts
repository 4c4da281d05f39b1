import assert from 'node:assert/strict';
import {
  Coordinator,
  defineCapability,
  defineFlow,
  defineWorkflow,
  explain,
  type FlowContext,
  gate,
  memoryStore,
  quorum,
  signal,
  WorkflowEngine,
} from '../../src/index.ts';
import type { Case } from './case.ts';
import { noHandlers } from './handler-values.ts';
import { waitingRun } from './name-durable.ts';
import { noOptions, noParts } from './object-cases.ts';
import { checkTyped, type How, outcomeOf, refuses, rejection } from './outcome.ts';
import type { World } from './world.ts';

type Prepare = (world: World) => unknown;
/** How it is refused, the call, and what must be there before. */
type Place = readonly [
  how: How,
  call: (world: World, value: never, ready: never) => unknown,
  prepare?: Prepare,
];
type Places = Readonly<Record<string, Place>>;
type Values = Readonly<Record<string, () => unknown>>;

const run = (): number => 1;
const one = defineWorkflow('w').step('s', { run });
const work = defineCapability('work');
const each = { over: () => [], run };
const rounds = { run, input: run, until: () => true, most: 1 };

const optionPlaces: Places = {
  decide: [
    'rejects',
    (_, options, ready: Awaited<ReturnType<typeof waitingRun>>) =>
      ready.decide('g', { approved: true }, options),
    waitingRun,
  ],
  schedule: ['throws', ({ house }, options) => house.workflows.schedule('again', options)],
  defineFlow: ['throws', (_, options) => defineFlow('flow', options, run)],
  signal: ['throws', (_, options) => signal('go', options)],
  gate: ['throws', (_, options) => gate(options)],
  'gate: escalate': ['throws', (_, item) => gate({ ask: 'so?', by: ['clerk'], escalate: [item] })],
  'step: gate': ['throws', (_, step) => defineWorkflow('w').gate('s', step)],
  forEach: ['throws', (_, step) => defineWorkflow('w').forEach('s', step)],
  repeat: ['throws', (_, step) => defineWorkflow('w').repeat('s', step)],
  race: ['throws', (_, step) => defineWorkflow('w').race('s', step)],
  'race: a member': ['throws', (_, a) => defineWorkflow('w').race('s', { members: { a } })],
  branch: ['throws', (_, step) => defineWorkflow('w').branch('s', step)],
  'branch: a case': ['throws', (_, a) => defineWorkflow('w').branch('s', { on: () => 'a', cases: { a } })],
  scatter: ['throws', (_, step) => defineWorkflow('w').scatter('s', step)],
  memoryStore: ['throws', (_, options) => memoryStore(options)],
  explain: ['throws', (_, options) => explain(one, options)],
  'explain: policy': ['throws', (_, policy) => explain(one, { policy })],
  'WorkflowEngine: retention': ['throws', (_, retention) => new WorkflowEngine({ retention })],
};

const partPlaces: Places = {
  'Coordinator: store': ['throws', (_, store) => new Coordinator({ store })],
  'WorkflowEngine: store': ['throws', (_, store) => new WorkflowEngine({ store })],
  'store: journal': ['throws', (_, journal) => new Coordinator({ store: { ...memoryStore(), journal } })],
  'store: records': ['throws', (_, records) => new Coordinator({ store: { ...memoryStore(), records } })],
  'store: durability': [
    'throws',
    (_, durability) => new Coordinator({ store: { ...memoryStore(), durability } as never }),
  ],
  'memoryStore: clock': ['throws', (_, clock) => memoryStore({ clock })],
  register: ['throws', ({ house }, workflow) => house.workflows.register(workflow)],
  'WorkflowEngine: definitions': ['throws', (_, item) => new WorkflowEngine({ definitions: [item] })],
  'Coordinator: workflows.definitions': [
    'throws',
    (_, item) => new Coordinator({ workflows: { definitions: [item] } }),
  ],
  explain: ['throws', (_, workflow) => explain(workflow)],
  'schedule: workflow': [
    'throws',
    ({ house }, workflow) => house.workflows.schedule('again', { workflow, every: '1h' }),
  ],
  'schedule: cron': [
    'throws',
    ({ house }, cron) => house.workflows.schedule('again', { workflow: one, cron }),
  ],
  'schedule: timezone': [
    'throws',
    ({ house }, timezone) => house.workflows.schedule('again', { workflow: one, cron: '@daily', timezone }),
  ],
  'schedule: overlap': [
    'throws',
    ({ house }, overlap) => house.workflows.schedule('again', { workflow: one, cron: '@daily', overlap }),
  ],
  'schedule: missed': [
    'throws',
    ({ house }, missed) => house.workflows.schedule('again', { workflow: one, cron: '@daily', missed }),
  ],
  'schedule: keepAlive': [
    'throws',
    ({ house }, keepAlive) => house.workflows.schedule('again', { workflow: one, cron: '@daily', keepAlive }),
  ],
  'signal: schema': ['throws', (_, schema) => signal('go', { schema })],
  'gate: schema': ['throws', (_, schema) => gate({ ask: 'so?', schema })],
  'gate: by': ['throws', (_, by) => gate({ ask: 'so?', by })],
  'gate: escalate': ['throws', (_, escalate) => gate({ ask: 'so?', by: ['clerk'], escalate })],
  'gate: onReject': ['throws', (_, onReject) => gate({ ask: 'so?', onReject })],
  'forEach: run': ['throws', (_, target) => defineWorkflow('w').forEach('s', { ...each, run: target })],
  'forEach: join': ['throws', (_, join) => defineWorkflow('w').forEach('s', { ...each, join })],
  'step: join': ['throws', (_, join) => one.step('t', { run, after: ['s'], join })],
  'repeat: onLimit': ['throws', (_, onLimit) => defineWorkflow('w').repeat('s', { ...rounds, onLimit })],
  'race: members': ['throws', (_, members) => defineWorkflow('w').race('s', { members })],
  'branch: cases': ['throws', (_, cases) => defineWorkflow('w').branch('s', { on: () => 'a', cases })],
  'scatter: run': ['throws', (_, target) => defineWorkflow('w').scatter('s', { run: target, input: run })],
  'step: onFailure': ['throws', (_, onFailure) => defineWorkflow('w').step('s', { run, onFailure })],
  'step: undo': ['throws', (_, undo) => defineWorkflow('w').step('s', { run, undo })],
  'defineWorkflow: changed': ['throws', (_, changed) => defineWorkflow('w', { changed })],
  'a decision without a schema': [
    'rejects',
    (_, decision, ready: Awaited<ReturnType<typeof waitingRun>>) => ready.decide('g', decision),
    waitingRun,
  ],
};

const functionPlaces: Places = {
  'defineFlow: body': ['throws', (_, body) => defineFlow('flow', body)],
  'quorum: by': ['throws', (_, by) => quorum(1, by)],
  'gate: ask': ['throws', (_, ask) => gate({ ask })],
  'gate: agreeOn': ['throws', (_, agreeOn) => gate({ ask: 'so?', agreeOn })],
  'gate: rejects': ['throws', (_, rejects) => gate({ ask: 'so?', rejects })],
  'forEach: over': ['throws', (_, over) => defineWorkflow('w').forEach('s', { ...each, over })],
  'forEach: input': ['throws', (_, input) => defineWorkflow('w').forEach('s', { ...each, input })],
  'repeat: input': ['throws', (_, input) => defineWorkflow('w').repeat('s', { ...rounds, input })],
  'repeat: until': ['throws', (_, until) => defineWorkflow('w').repeat('s', { ...rounds, until })],
  'branch: on': ['throws', (_, on) => defineWorkflow('w').branch('s', { on, cases: { a: { run } } })],
  'scatter: to': ['throws', (_, to) => defineWorkflow('w').scatter('s', { run: work, input: run, to })],
  'scatter: input': ['throws', (_, input) => defineWorkflow('w').scatter('s', { run: work, input })],
  'step: undo': ['throws', (_, undo) => defineWorkflow('w').step('s', { run, undo })],
  'step: onFailure.run': [
    'throws',
    (_, target) => defineWorkflow('w').step('s', { run, onFailure: { run: target } }),
  ],
  'defineWorkflow: changed.migrate': [
    'throws',
    (_, migrate) => defineWorkflow('w', { changed: { migrate } }),
  ],
};

/** Left out, or good there after all. */
const taken: Readonly<Record<string, readonly string[]>> = {
  'functions: quorum: by': ['nothing'],
  'functions: gate: ask': ['text'],
  'functions: gate: agreeOn': ['nothing'],
  'functions: gate: rejects': ['nothing'],
  'functions: forEach: input': ['nothing'],
  'functions: scatter: to': ['nothing'],
  'functions: step: undo': ['nothing'],
};

const make = (position: string, name: string, test: Case['run']): Case => ({
  category: 'durable',
  position,
  name,
  run: test,
});

function refusedAt(kind: string, places: Places, values: Values): Case[] {
  return Object.entries(places).flatMap(([place, [how, call, prepare]]) => {
    const position = `${kind}: ${place}`;
    return Object.entries(values)
      .filter(([name]) => taken[position]?.includes(name) !== true)
      .map(([name, value]) =>
        make(position, name, async (world) => {
          const ready = await prepare?.(world);
          const error = await refuses(world, how, codeFor(position, name), () =>
            call(world, value() as never, ready as never),
          );
          assert.equal(error.retryable, false);
        }),
      );
  });
}

const restarts: ReadonlySet<string> = new Set([
  'an empty object',
  'a proxy that throws when it is read',
  'a proxy that hides its prototype',
]);

/** What is read as a name, or as the name of a member, is refused as one. */
function codeFor(position: string, name: string): string {
  if (position === 'parts: race: members' || position === 'parts: branch: cases') {
    if (name === 'a key __proto__ of its own') return 'INVALID_NAME';
  }
  if (position === 'parts: gate: by' && name === 'a list') return 'INVALID_NAME';
  // Taken for the start of `{ restartFrom }`.
  if (position === 'parts: defineWorkflow: changed' && restarts.has(name)) return 'INVALID_NAME';
  return 'INVALID_OPTIONS';
}

/** What a flow asks for is refused to the flow, which may go on. */
const flowPlaces: Readonly<Record<string, (flow: FlowContext, value: never) => Promise<unknown>>> = {
  'step: options': (flow, options) => flow.step('s', run, options),
  'step: run': (flow, target) => flow.step('s', target, 1 as never),
  'sleep: time': (flow, time) => flow.sleep('s', time),
  'waitFor: options': (flow, options) => flow.waitFor('s', 'go', options),
  'gate: options': (flow, options) => flow.gate('s', options),
};

const flowCases = Object.entries(flowPlaces).flatMap(([place, call]) =>
  Object.entries<() => unknown>(place.endsWith('run') ? noParts : noOptions)
    .filter(([name]) => !(place === 'sleep: time' && name === 'a number'))
    .map(([name, value]) =>
      make(`a flow: ${place}`, name, async ({ house, clock }) => {
        const flow = defineFlow('flow', async (context) => {
          const outcome = await outcomeOf(() => call(context, value() as never));
          assert.equal(outcome.end, 'rejected', `it ${outcome.end}`);
          checkTyped((outcome as { error: unknown }).error, 'INVALID_OPTIONS');
          return context.step('s', () => 'goes on');
        });
        const result = house.run(flow, undefined);
        await clock.settle();
        assert.equal(await result, 'goes on');
      }),
    ),
);

const scenes: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'resume without a store': async ({ house }) => {
    checkTyped(await rejection(house.resume()), 'NO_STORE');
    checkTyped(await rejection(house.workflows.resume()), 'NO_STORE');
  },
  'a signal and a decision for a run that has ended': async ({ house }) => {
    const ended = house.start(one, undefined);
    await ended.result;
    checkTyped(await rejection(ended.sendSignal('go')), 'RUN_NOT_ACTIVE');
    checkTyped(await rejection(ended.decide('g', { approved: true })), 'RUN_NOT_ACTIVE');
  },
  'a gate that is decided twice': async (world) => {
    const waiting = await waitingRun(world);
    const ends = await Promise.allSettled([
      waiting.decide('g', { approved: true }),
      waiting.decide('g', { approved: false }),
    ]);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    checkTyped((ends[1] as PromiseRejectedResult).reason, 'GATE_NOT_OPEN');
  },
  'a thousand signals that nobody takes, and one more': async (world) => {
    const waiting = await waitingRun(world);
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => waiting.sendSignal('news', n)));
    checkTyped(await rejection(waiting.sendSignal('news')), 'FULL');
  },
  'an id of a flow twice': async ({ house }) => {
    const flow = defineFlow('flow', async ({ step }) => {
      await step('s', run);
      checkTyped(await rejection(step('s', run)), 'DUPLICATE_STEP');
      return 'goes on';
    });
    assert.equal(await house.run(flow, undefined), 'goes on');
  },
  'a flow that asks after its end': async ({ house }) => {
    let late: FlowContext | undefined;
    const flow = defineFlow('flow', (context) => {
      late = context;
    });
    await house.run(flow, undefined);
    checkTyped(await rejection((late as FlowContext).step('s', run)), 'RUN_NOT_ACTIVE');
  },
};

/** What is no option, part or function, wherever durable runs, flows, gates, joins and schedules take some. */
export const durableCases: readonly Case[] = [
  ...refusedAt('options', optionPlaces, noOptions),
  ...refusedAt('parts', partPlaces, noParts),
  ...refusedAt(
    'functions',
    functionPlaces,
    Object.fromEntries(Object.entries(noHandlers).map(([name, value]) => [name, () => value])),
  ),
  ...flowCases,
  ...Object.entries(scenes).map(([name, scene]) => make('scenes', name, scene)),
];
