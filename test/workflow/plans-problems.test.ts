import { describe, expect, it } from 'vitest';
import {
  defineWorkflow,
  type FromJSONOptions,
  InvalidOptionsError,
  InvalidPlanError,
  isCadreError,
} from '../../src/index.ts';
import { type Plan, planOf, problemsOf, schemaTakes, tables } from '../support/plans.ts';

const echo = { function: 'echo' };
const steps = (...list: unknown[]): Plan => ({ name: 'plan', steps: list });
const b = (step: Plan): Plan => steps({ id: 'web', run: echo }, { id: 'b', run: echo, ...step });

it('says everything that is wrong at once, each with its place and what would be right', () => {
  const plan = {
    name: 'brief',
    policy: { atempts: 3 },
    steps: [
      { id: 'web', run: { capability: 'reserch' }, input: '$.inptu.topic' },
      { id: 'web', run: 'research' },
      { id: 'text', after: ['wbe'], run: { agent: 'writer' } },
    ],
    output: '$.txt',
  };

  expect(problemsOf(plan)).toEqual([
    '/policy/atempts: there is no key "atempts"; did you mean "attempts"?',
    '/steps/1/id: step 0 has the id "web" as well; give one of them another id',
    '/steps/0/run/capability: there is no capability "reserch"; did you mean "research"?',
    '/steps/1/run: "research" is no object; write { "capability": name } or { "agent": name }',
    '/steps/2/after/0: there is no step "wbe"; did you mean "web"?',
    '/steps/2: it says no input; write what it gets, such as "input": { "topic": "$.input.topic" }',
    '/output: there is no name "txt"; did you mean "text"?',
  ]);
});

it('throws one error of its own, which is not retryable and shows the first problems', () => {
  const many = steps(...Array.from({ length: 12 }, () => 7));
  let error: unknown;
  try {
    defineWorkflow.fromJSON(many);
  } catch (thrown) {
    error = thrown;
  }

  expect(error).toBeInstanceOf(InvalidPlanError);
  expect(isCadreError(error, 'INVALID_PLAN')).toBe(true);
  expect(error).toMatchObject({ retryable: false, problems: { length: 12 } });
  expect((error as Error).message.split('\n')).toHaveLength(12);
  expect((error as Error).message).toContain('and 2 more');
});

/** Plans with one thing wrong: where, and a word of what would be right. */
const bad: readonly (readonly [what: string, plan: unknown, path: string, word: string])[] = [
  ['no object', 7, '', 'an object'],
  ['no name', { steps: [] }, '', '"name"'],
  ['no steps', { name: 'plan' }, '', '"steps"'],
  ['steps that are none', { name: 'plan', steps: {} }, '/steps', '"steps"'],
  ['a name with a space', { name: 'a b', steps: [] }, '/name', 'no spaces'],
  ['an unknown key', { name: 'plan', steps: [], step: 1 }, '/step', '"steps"'],
  ['a deadline of none', planOf({}, { deadline: 0 }), '/deadline', 'a duration'],
  ['a version of none', planOf({}, { version: '' }), '/version', '1 to 256'],
  [
    'a restart from nowhere',
    planOf({}, { changed: { restartFrom: 'x' } }),
    '/changed/restartFrom',
    'one of its steps',
  ],
  ['a description that is none', planOf({ description: 1 }), '/steps/0/description', 'what the step is for'],
  ['code for a retry', planOf({ policy: { retryWhen: true } }), '/steps/0/policy/retryWhen', 'attempts'],
  ['half an attempt', planOf({ policy: { attempts: 0.5 } }), '/steps/0/policy/attempts', 'a whole number'],
  [
    'a backoff that is none',
    planOf({ policy: { backoff: { factor: 0 } } }),
    '/steps/0/policy/backoff/factor',
    'from 1',
  ],
  ['a step without an id', steps({ run: echo }), '/steps/0', '"id"'],
  ['a step called input', planOf({ id: 'input' }), '/steps/0/id', 'another id'],
  ['a step that runs nothing', steps({ id: 'a' }), '/steps/0', 'run, forEach'],
  ['a step that runs two things', planOf({ race: {} }), '/steps/0', 'two steps'],
  [
    'two targets in one',
    planOf({ run: { agent: 'ada', workflow: 'double' } }),
    '/steps/0/run',
    'write one of',
  ],
  ['no target in one', planOf({ run: {} }), '/steps/0/run', 'write one of'],
  ['a function that there is not', planOf({ run: { function: 'ehco' } }), '/steps/0/run/function', '"echo"'],
  [
    'what every object has',
    planOf({ run: { function: 'constructor' } }),
    '/steps/0/run/function',
    'there are',
  ],
  [
    'an agent that there is not',
    planOf({ run: { agent: 'bob' }, input: 1 }),
    '/steps/0/run/agent',
    'ada, writer',
  ],
  ['an agent by reference', planOf({ run: { agent: '$.input' }, input: 1 }), '/steps/0/run/agent', '$param'],
  [
    'a workflow that there is not',
    planOf({ run: { workflow: 'x' }, input: 1 }),
    '/steps/0/run/workflow',
    'double',
  ],
  [
    'agents that are no list',
    planOf({ run: { capabilities: 'x' }, input: 1 }),
    '/steps/0/run/capabilities',
    'array',
  ],
  ['a wait with an input', planOf({ run: { sleep: '3s' }, input: 1 }), '/steps/0/input', 'leave it out'],
  ['a sleep of no length', planOf({ run: { sleep: '3 days' } }), '/steps/0/run/sleep', 'a duration'],
  ['a gate without a question', planOf({ run: { gate: {} } }), '/steps/0/run/gate/ask', 'a question'],
  [
    'a gate with a default for ever',
    planOf({ run: { gate: { ask: 'x', default: 1 } } }),
    '/steps/0/run/gate/default',
    'deadline',
  ],
  [
    'a gate for nobody',
    planOf({ run: { gate: { ask: 'x', by: [] } } }),
    '/steps/0/run/gate/by',
    'at least one',
  ],
  ['after that is no list', b({ after: 'web' }), '/steps/1/after', '["web"]'],
  ['a step that there is not', b({ after: ['wev'] }), '/steps/1/after/0', '"web"'],
  ['a step that is no name', b({ after: [3] }), '/steps/1/after/0', 'name a step'],
  ['a step that it does not see', b({ input: '$.web.x' }), '/steps/1/input', 'put "web" into its `after`'],
  ['a name that there is not', b({ input: { x: ['$.wbe'] } }), '/steps/1/input/x/0', 'it sees input'],
  ['a reference that is none', b({ input: '$.input..x' }), '/steps/1/input', '"$.step.key"'],
  ['a reference to a number', b({ input: { $ref: 3 } }), '/steps/1/input/$ref', '"$.step.key"'],
  ['an operator that there is not', b({ input: { $equals: [1, 2] } }), '/steps/1/input/$equals', '$literal'],
  ['an operator among keys', b({ input: { $not: true, x: 1 } }), '/steps/1/input', 'an object of its own'],
  ['a comparison of one', b({ when: { $eq: [1] } }), '/steps/1/when/$eq', 'an array of the two'],
  ['and without a list', b({ when: { $and: true } }), '/steps/1/when/$and', 'an array'],
  ['a condition that is text', b({ when: 'yes' }), '/steps/1/when', '"$eq"'],
  ['a condition that is text within', b({ when: { $not: { $text: [] } } }), '/steps/1/when/$not', '"$eq"'],
  ['a parameter that there is not', b({ input: { $param: 'x' } }), '/steps/1/input/$param', 'declare it'],
  ['a join that there is not', b({ after: ['web'], join: 'most' }), '/steps/1/join', '"settled"'],
  [
    'a join of more than there are',
    b({ after: ['web'], join: { atLeast: 2 } }),
    '/steps/1/join',
    'at most the 1',
  ],
  ['a join of nothing', b({ join: 'any' }), '/steps/1/join', '`after`'],
  [
    'a join of half a step',
    b({ after: ['web'], join: { quorum: 0.5 } }),
    '/steps/1/join/quorum',
    'whole number',
  ],
  [
    'a join beside a composite',
    steps({ id: 'a', join: 'any', race: { members: { x: { run: echo } } } }),
    '/steps/0/join',
    'race',
  ],
  ['a failure rule that there is not', b({ onFailure: 'ignore' }), '/steps/1/onFailure', '"continue"'],
  [
    'a fallback that waits',
    b({ onFailure: { run: { sleep: '3s' } } }),
    '/steps/1/onFailure/run',
    'a function',
  ],
  [
    'a fallback value with a reference',
    b({ onFailure: { value: '$.input' } }),
    '/steps/1/onFailure/value',
    'sees nothing',
  ],
  ['an undo that is none', b({ undo: 'echo' }), '/steps/1/undo', '"function"'],
  ['a loop over nothing', steps({ id: 'a', forEach: { run: echo } }), '/steps/0/forEach', '"over"'],
  [
    'a loop that hides a step',
    steps(
      { id: 'item', run: echo },
      { id: 'c', after: ['item'], forEach: { over: [], run: echo, input: 1 } },
    ),
    '/steps/1/forEach',
    'another id',
  ],
  [
    'a loop without an end',
    steps({ id: 'a', repeat: { run: echo, input: 1, until: true } }),
    '/steps/0/repeat',
    'most',
  ],
  [
    'an end that sees too much',
    steps({ id: 'a', repeat: { run: echo, input: 1, until: '$.input', most: 2 } }),
    '/steps/0/repeat/until',
    'output, round',
  ],
  ['a race of none', steps({ id: 'a', race: { members: {} } }), '/steps/0/race/members', 'at least one'],
  [
    'a case of nothing',
    steps({ id: 'a', branch: { on: 'x', cases: { x: {} } } }),
    '/steps/0/branch/cases/x/run',
    'write {',
  ],
  ['a key with a slash', planOf({}, { parameters: { 'a/b~c': 1 } }), '/parameters/a~1b~0c', '"type"'],
  ['an output that there is not', planOf({}, { output: ['$.b'] }), '/output/0', 'it sees a'],
  [
    'a circle',
    steps({ id: 'a', after: ['b'], run: echo }, { id: 'b', after: ['a'], run: echo }),
    '/steps/1/after',
    'take one',
  ],
];

describe('one thing wrong', () => {
  it.each(bad)('%s', (_what, plan, path, word) => {
    const [problem, ...others] = problemsOf(plan);

    expect(others).toEqual([]);
    expect(problem).toMatch(new RegExp(`^${path.replaceAll(/[$.]/g, '\\$&')}: `));
    expect(problem).toContain(word);
  });

  /** What only somebody who knows the names and the graph can see. */
  const beyondSchema = new Set(
    bad
      .map(([what]) => what)
      .filter((what) =>
        /there is not|does not see|circle|restart|sees|hides|a reference$|none, as|every object/.test(what),
      ),
  );

  it('is refused by the schema, too, unless it is about names, the graph, or figures that must agree', () => {
    const taken = bad
      .filter(([what, plan]) => !beyondSchema.has(what) && schemaTakes(plan))
      .map(([what]) => what);

    expect(taken).toEqual([
      'a name with a space',
      'a deadline of none',
      'a step called input',
      'an agent by reference',
      'a wait with an input',
      'a gate with a default for ever',
      'a gate for nobody',
      'a reference that is none',
      'a join of more than there are',
      'a join of nothing',
    ]);
  });
});

it('names each circle once, beside all else', () => {
  const circle = (x: string, y: string) => [
    { id: x, after: [y], run: echo },
    { id: y, after: [x], run: echo },
  ];
  const problems = problemsOf(
    steps(...circle('a', 'b'), ...circle('c', 'd'), { id: 'e', after: ['e'], run: { function: 'x' } }),
  );

  expect(problems.map((problem) => problem.match(/[a-e](?: → [a-e])+/)?.[0]?.length)).toEqual([
    undefined,
    9,
    9,
    5,
  ]);
});

describe('what is no plan at all', () => {
  const circular: Plan = planOf({});
  circular['self'] = circular;
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const throwing = {
    get name(): string {
      throw new Error('no');
    },
  };

  it.each<[string, unknown, string]>([
    ['text that is no JSON', '{ "name": ', 'it is no JSON'],
    ['text that goes on for long', ' '.repeat(1_000_001), 'larger than 1000000'],
    ['text of arrays in arrays', '['.repeat(400_000) + ']'.repeat(400_000), 'deeper than 64'],
    [
      'an object that is too large',
      planOf({ input: Array.from({ length: 1_000 }, () => 'x'.repeat(1_000)) }),
      'larger',
    ],
    ['an object that contains itself', circular, 'deeper than 64, or contains itself'],
    ['data that is too deep', planOf({ input: nested(64) }), 'deeper than 64'],
    ['a function', planOf({ run: () => 1 }), 'a function is no data; name it in `functions`'],
    ['a date', planOf({ input: new Date(0) }), 'an instance of a class'],
    ['NaN', planOf({ cost: Number.NaN }), 'NaN is no number of JSON'],
    ['a symbol', planOf({ input: Symbol('x') }), 'symbol is no data'],
    ['a getter that throws', throwing, 'it cannot be read'],
    ['a revoked proxy', revoked.proxy, 'it cannot be read'],
  ])('%s is refused as such', (_what, plan, word) => {
    expect(problemsOf(plan)).toEqual([expect.stringContaining(word)]);
  });

  it('takes 10,000 steps and no more', () => {
    const list = (length: number) =>
      Array.from({ length }, (_, index) => ({ id: `${index}`, run: { signal: 'x' } }));

    expect(problemsOf(steps(...list(10_000)))).toEqual([]);
    expect(problemsOf(steps(...list(10_001)))).toEqual([
      '/steps: there are 10001 steps; write at most 10000',
    ]);
  });

  it('hears of every problem of a large plan, and of the first ones what was meant', () => {
    const list = Array.from({ length: 9_000 }, (_, index) => ({
      id: `step${index}`,
      after: [`stap${index}`],
      run: 1,
    }));
    const problems = problemsOf(steps(...list));

    expect(problems).toHaveLength(18_000);
    expect(problems[0]).toContain('did you mean "step0"?');
  });
});

it('looks at the plan once, and keeps none of it that could change', async () => {
  const plan = planOf({ input: { x: [1] } });
  const workflow = defineWorkflow.fromJSON(plan, tables);
  const before = JSON.stringify(workflow);
  (plan['steps'] as { input: { x: number[] } }[])[0]!.input.x.push(2);

  expect(JSON.stringify(workflow)).toBe(before);
});

it.each([
  { capabilities: [{ kind: 'agent', name: 'x' }] },
  { workflows: ['x'] },
  { functions: { x: 1 } },
  { functions: [] },
  { input: 3 },
  { extra: 1 },
])('refuses options that are none: %j', (options) => {
  expect(() => defineWorkflow.fromJSON(planOf({}), options as FromJSONOptions)).toThrow(InvalidOptionsError);
});
