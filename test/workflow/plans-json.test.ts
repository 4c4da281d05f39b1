import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  atLeast,
  defineCapability,
  defineWorkflow,
  planSchema,
  signal,
  sleep,
  type Workflow,
} from '../../src/index.ts';
import { rejection } from '../support/outcome.ts';
import { goodPlans, type Plan, planOf, problemsOf, schemaTakes, tables } from '../support/plans.ts';
import { startEngine } from '../support/workflows.ts';

const made = (plan: unknown): Workflow => defineWorkflow.fromJSON(plan as object, tables) as Workflow;
const again = (workflow: Workflow): Workflow => made(JSON.stringify(workflow));

describe('a plan with nothing wrong', () => {
  it.each(Object.entries(goodPlans))('(%s) becomes a workflow, and the schema takes it', (_what, plan) => {
    expect(problemsOf(plan)).toEqual([]);
    expect(schemaTakes(plan)).toBe(true);
  });

  it.each(Object.entries(goodPlans))(
    '(%s) comes back from the workflow, which can be made from it again',
    (_what, plan) => {
      const workflow = made(plan);
      const second = again(workflow);

      expect(second.toJSON()).toEqual(workflow.toJSON());
      expect(facts(second)).toEqual(facts(workflow));
      if (typeof plan['name'] === 'string') expect(workflow.toJSON()).toEqual(plan);
    },
  );
});

/** What a workflow says, as far as it is no code. */
function facts({ name, version, deadline, policy, concurrency, steps }: Workflow): unknown {
  return { name, version, deadline, policy, concurrency, steps: JSON.parse(JSON.stringify(steps)) };
}

describe('the parameters of a plan', () => {
  const template = planOf(
    {
      run: { agent: { $param: 'who' } },
      input: { $param: 'what' },
      policy: { attempts: { $param: 'times' } },
    },
    {
      parameters: {
        who: { type: 'string', required: true },
        what: { description: 'any data' },
        times: { type: 'number', default: 2 },
        spare: { required: false },
      },
      output: ['$.a', { $param: 'spare' }],
    },
  );
  const filled = (parameters: Plan) => problemsOf(template, { ...tables, parameters });

  it('stand for what is given, or for their defaults', () => {
    const { steps } = defineWorkflow.fromJSON(template, { ...tables, parameters: { who: 'ada', what: [1] } });

    expect(steps[0]).toMatchObject({ run: { agent: 'ada' }, policy: { attempts: 2 } });
  });

  it('must be given where there is no default, be of their type, and be declared', () => {
    expect(filled({ who: 3, whta: 1 })).toEqual([
      '/parameters/who: 3 was given for it; give a value of the type string',
      '/parameters/what: it is required, and was not given; give it in `parameters`',
      '/parameters/whta: there is no parameter "whta"; did you mean "what"?',
      expect.stringContaining('/steps/0/run/agent: 3 is no agent name'),
    ]);
    expect(filled({ who: 'bob', what: null })).toEqual([expect.stringContaining('there is no agent "bob"')]);
  });

  it.each([
    ['a type that there is not', { type: 'text' }],
    ['a default of another type', { type: 'string', default: 3 }],
    ['a default for what is required', { required: true, default: 3 }],
    ['an unknown key', { defualt: 3 }],
    ['no object', 'string'],
  ])('cannot be declared with %s', (_what, declaration) => {
    const [problem] = problemsOf(planOf({}, { parameters: { p: declaration } }));

    expect(problem).toMatch(/^\/parameters\/p/);
  });

  it('are data, whatever they look like: neither a reference nor an operator', async () => {
    const plan = planOf({ input: [{ $param: 'p' }, { $param: 'q' }] }, { parameters: { p: {}, q: {} } });
    const parameters = { p: '$.input.secret', q: { $ref: 'input.secret' } };
    const workflow = defineWorkflow.fromJSON(plan, { ...tables, parameters }) as Workflow;
    const { engine } = startEngine();

    const expected = { a: ['$.input.secret', { $ref: 'input.secret' }] };
    await expect(engine.start(workflow, { secret: 1 }).result).resolves.toEqual(expected);
    await expect(engine.start(again(workflow), { secret: 1 }).result).resolves.toEqual(expected);
  });

  it('are in the workflow as data with what was given for them', () => {
    const workflow = defineWorkflow.fromJSON(template, {
      ...tables,
      parameters: { who: 'ada', what: [1] },
    }) as Workflow;

    expect(workflow.toJSON().parameters).toMatchObject({ who: { default: 'ada' }, what: { default: [1] } });
    expect(facts(again(workflow))).toEqual(facts(workflow));
  });
});

describe('a workflow in code, as data', () => {
  it('is the same workflow again where it has no code', () => {
    const workflow = defineWorkflow('waits', { deadline: '1h', policy: { attempts: Infinity } })
      .step('paid', { run: signal('paid') })
      .step('rest', { run: sleep('3s'), after: ['paid'], onFailure: 'continue' })
      .gate('ok', {
        ask: '$.really?',
        after: ['rest'],
        deadline: '5m',
        default: { approved: true },
        by: ['chief'],
      });
    const both = defineWorkflow('both', {
      steps: [
        ...['a', 'b'].map((id) => ({ id, run: sleep(5) })),
        { id: 'c', after: ['a', 'b'], join: atLeast(1), run: sleep(1) },
      ],
    });

    for (const one of [workflow, both] as Workflow[]) expect(facts(again(one))).toEqual(facts(one));
  });

  it('names its functions, and marks where code was that data cannot carry', async () => {
    const research = defineCapability<string, string>('research');
    const look = () => 1;
    const workflow = defineWorkflow('code')
      .step('a', { run: look, when: () => true, undo: look })
      .step('b', { run: research, after: ['a'], input: () => 'x' })
      .forEach('c', { after: ['b'], over: () => [1], run: research, input: (item) => `${item}`, join: 'any' })
      .output(function last({ c }) {
        return c;
      }) as Workflow;

    expect(workflow.toJSON()).toEqual({
      name: 'code',
      version: '1',
      concurrency: 1_000,
      steps: [
        { id: 'a', run: { function: 'look' }, when: { $code: 'when' }, undo: { function: 'look' } },
        { id: 'b', after: ['a'], run: { capability: 'research' }, input: { $code: 'input' } },
        {
          id: 'c',
          after: ['b'],
          forEach: { run: { capability: 'research' }, join: 'any', most: 10_000, $code: 'forEach' },
        },
      ],
      output: { $code: 'last' },
    });
    const problems = problemsOf(workflow.toJSON(), { functions: { look } });
    expect(
      problems
        .filter((problem) => problem.includes('code stood here'))
        .map((problem) => problem.split(':')[0]),
    ).toEqual(['/steps/0/when', '/steps/1/input', '/output']);
  });
});

it('publishes the schema as a file, too', () => {
  expect(JSON.parse(readFileSync('docs/plan.schema.json', 'utf8'))).toEqual(planSchema);
});

it('refuses whatever the schema refuses, and never throws anything but its own error', () => {
  const words = [
    'a',
    'input',
    '$.a',
    '$.input.x',
    '$',
    'run',
    'agent',
    'ada',
    'echo',
    '3s',
    'any',
    'Infinity',
    '__proto__',
  ];
  const keys = [
    'id',
    'after',
    'run',
    'function',
    'input',
    'when',
    'forEach',
    'over',
    'join',
    '$eq',
    '$ref',
    '$param',
    'policy',
  ];
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(...words),
      fc.constantFrom<unknown>(0, 1, -1, 0.5, true, false, null),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 3 }),
    ),
  }));
  const step = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    run: fc.oneof(node, fc.constant({ function: 'echo' })),
  });
  const more = fc.dictionary(fc.constantFrom(...keys), node, { maxKeys: 2 });
  const plans = fc.array(
    fc.tuple(step, more).map(([first, rest]) => ({ ...rest, ...first })),
    { maxLength: 3 },
  );

  fc.assert(
    fc.property(plans, fc.option(node), (steps, output) => {
      const plan = { name: 'plan', steps, ...(output !== null && { output }) };
      const isRight = problemsOf(plan).length === 0;
      if (isRight && !schemaTakes(plan)) throw new Error(`the schema refuses ${JSON.stringify(plan)}`);
    }),
    { numRuns: 2_000 },
  );
});

it('gives what a plan names only to those who were let in', async () => {
  const { engine } = startEngine();
  const plan = planOf({ input: '$.input.constructor' });

  await expect(engine.start(made(plan), {}).result).resolves.toEqual({ a: undefined });
  expect(
    await rejection(engine.start(made(planOf({ run: { agent: 'ada' }, input: 1 })), {}).result),
  ).toMatchObject({
    code: 'RUN_FAILED',
  });
});
