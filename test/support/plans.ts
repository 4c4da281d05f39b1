import { z } from 'zod';
import { defineWorkflow, type FromJSONOptions, InvalidPlanError, planSchema } from '../../src/index.ts';

/** A plan with nothing wrong. */
export type Plan = Record<string, unknown>;

/** What the plans of the tests may name. */
export const tables: FromJSONOptions = {
  capabilities: ['research', 'review'],
  agents: ['ada', 'writer'],
  workflows: [defineWorkflow<number>('double').step('out', { run: ({ input }) => input * 2 })],
  functions: {
    echo: (input: unknown) => input,
    fail: () => {
      throw new Error('out of paper');
    },
    count: (input: readonly unknown[]) => input.length,
  },
};

/** A plan of one step that runs a function, with more keys. */
export const planOf = (step: Plan, more: Plan = {}): Plan => ({
  name: 'plan',
  steps: [{ id: 'a', run: { function: 'echo' }, ...step }],
  ...more,
});

const echo = { function: 'echo' };
const member = { run: echo, input: '$.input' };

/** Plans that are right, by what they show. */
export const goodPlans: Readonly<Record<string, Plan>> = {
  'no steps': { name: 'plan', steps: [] },
  'every key of a plan': {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    name: 'plan',
    description: 'all of it',
    version: 2,
    deadline: '2m',
    policy: {
      attempts: 'Infinity',
      timeout: '30s',
      restarts: 0,
      backoff: { initial: 5, factor: 1.5, max: '1s', jitter: 0 },
    },
    concurrency: 'Infinity',
    changed: { restartFrom: 'a' },
    parameters: {
      topic: { type: 'string', default: 'tides', description: 'what about' },
      n: { required: false },
    },
    steps: [{ id: 'a', run: { capability: 'research' }, input: { topic: { $param: 'topic' } } }],
    output: '$.a',
  },
  'every key of a step': {
    name: 'plan',
    steps: [
      { id: 'a', run: echo },
      {
        id: 'b',
        description: 'the second',
        after: ['a'],
        when: { $exists: '$.a' },
        run: { capabilities: ['research'], specializations: ['tides'], agent: 'ada' },
        input: '$',
        join: 'settled',
        policy: { attempts: 2 },
        onFailure: { run: echo, input: '$.error.message', policy: { attempts: 2 } },
        undo: { function: 'echo', policy: { attempts: 3 } },
        estimate: '3s',
        cost: 0.5,
      },
    ],
  },
  targets: {
    name: 'plan',
    steps: [
      { id: 'a', run: { agent: 'ada' }, input: null },
      { id: 'b', run: { workflow: 'double' }, input: 3 },
      { id: 'c', run: { specializations: ['x'] }, input: [] },
      { id: 'd', run: { signal: 'paid' } },
      { id: 'e', run: { sleep: '3s' } },
      { id: 'f', run: { sleep: '$.input.wait' } },
      { id: 'g', run: { sleepUntil: 1_000 } },
      { id: 'h', run: { sleepUntil: { $ref: 'input.at' } } },
    ],
  },
  gates: {
    name: 'plan',
    steps: [
      { id: 'a', run: { gate: { ask: 'Shall it?' } } },
      {
        id: 'b',
        run: {
          gate: {
            ask: { $text: ['Shall ', '$.input.who', '?'] },
            by: ['editor'],
            quorum: 2,
            deadline: '1h',
            default: { approved: false },
            escalate: [{ after: '10m', by: ['chief'] }],
            onReject: 'continue',
          },
        },
      },
    ],
  },
  joins: {
    name: 'plan',
    steps: [
      { id: 'a', run: echo },
      { id: 'b', run: echo },
      ...[
        'all',
        'settled',
        'any',
        { atLeast: 1 },
        { quorum: 2 },
        { quorum: 2, by: '$.output.x' },
        { before: '3s' },
      ].map((join, index) => ({ id: `c${index}`, after: ['a', 'b'], join, run: echo })),
    ],
  },
  composites: {
    name: 'plan',
    steps: [
      { id: 'a', forEach: { over: '$.input', run: echo } },
      {
        id: 'b',
        after: ['a'],
        forEach: {
          over: '$.a',
          run: { agent: 'ada' },
          input: ['$.item', '$.index', '$.a'],
          concurrency: 2,
          join: 'any',
          most: 9,
        },
      },
      {
        id: 'c',
        repeat: {
          run: echo,
          input: '$.round',
          until: { $ge: ['$.output', 2] },
          most: 3,
          onLimit: 'continue',
        },
      },
      { id: 'd', race: { members: { x: member, y: { ...member, policy: { attempts: 2 } } } } },
      { id: 'e', branch: { on: '$.input.kind', cases: { x: member }, otherwise: member } },
    ],
  },
  expressions: planOf({
    input: [
      '$',
      '$$.x',
      '$5',
      { $ref: 'input.x' },
      { $ref: ['input', 'a.b'] },
      { $literal: { $ref: 'x' } },
      { $text: ['a', 1, true] },
      { nested: { $eq: ['$.input', { a: [1] }] } },
      {},
      [],
    ],
    when: {
      $and: [
        true,
        { $or: [{ $lt: [1, 2] }, { $le: [1, 2] }, { $gt: ['b', 'a'] }] },
        { $not: { $ne: [null, null] } },
        '$.input.ok',
      ],
    },
  }),
  'parameters all over': {
    name: { $param: 'name' },
    deadline: { $param: 'time' },
    parameters: {
      name: { default: 'plan' },
      time: { default: '3s' },
      times: { type: 'number', default: 3 },
      ids: { type: 'array', default: ['a'] },
      policy: { type: 'object', default: { attempts: 2 } },
    },
    steps: [
      { id: 'a', run: { agent: 'ada' }, input: { $param: 'ids' }, policy: { attempts: { $param: 'times' } } },
      { id: 'b', after: { $param: 'ids' }, run: echo, policy: { $param: 'policy' } },
    ],
  },
};

/** Whether the schema that is published takes a plan. */
export const schemaTakes: (plan: unknown) => boolean = (() => {
  const schema = z.fromJSONSchema(structuredClone(planSchema) as Parameters<typeof z.fromJSONSchema>[0]);
  return (plan) => schema.safeParse(plan).success;
})();

/** What is wrong with a plan, as lines of text. */
export function problemsOf(plan: unknown, options: FromJSONOptions = tables): readonly string[] {
  try {
    defineWorkflow.fromJSON(plan as object, options);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidPlanError)) throw error;
    return error.problems.map(({ path, problem, fix }) => `${path}: ${problem}; ${fix}`);
  }
}
