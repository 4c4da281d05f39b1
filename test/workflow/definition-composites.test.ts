import { describe, expect, it } from 'vitest';
import {
  atLeast,
  Coordinator,
  defineAgent,
  defineCapability,
  defineWorkflow,
  gate,
  quorum,
  type StepData,
  type StepNode,
  signal,
  sleep,
  type Workflow,
  workflowGraph,
} from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { expandStep } from '../../src/workflow/composites/expand.ts';
import type { Composite } from '../../src/workflow/step.ts';
import { rejection, thrownBy } from '../support/outcome.ts';
import { causesOf, startEngine, statusesOf, takes } from '../support/workflows.ts';

const host = { workflow: 'w', step: 's', policy: undefined, agentsFor: () => [] };

/** What the one step of a workflow becomes for a scope. */
function expanded(workflow: Workflow<never, unknown>, scope: Record<string, unknown>): Workflow {
  return expandStep((workflow as Workflow).steps[0]?.run as Composite, scope, host);
}

const shapeOf = (workflow: Workflow) =>
  workflow.steps.map(({ id, after, join }) => [id, after, join?.kind] as const);

const numbers = defineWorkflow<number[]>('w');
const list = ({ input }: { readonly input: number[] }) => input;

describe('forEach', () => {
  it('gives the outputs in the order of the items, whichever is done first', async () => {
    const { clock, engine } = startEngine();
    const workflow = numbers.forEach('s', {
      over: list,
      run: (n) => takes(clock, n)().then(() => n * 2),
    });
    const result = engine.run(workflow, [30, 10, 20]);
    await clock.advance(30);

    expect(await result).toEqual({ s: [60, 20, 40] });
  });

  it('gives its code what the mapping makes of an item, its place and the scope', async () => {
    const { engine } = startEngine();
    const workflow = numbers.step('plus', { run: () => 100 }).forEach('s', {
      after: ['plus'],
      over: list,
      input: (n, index, { plus }) => [n, index, plus] as const,
      run: (seen) => seen,
    });

    expect((await engine.run(workflow, [7, 8])).s).toEqual([
      [7, 0, 100],
      [8, 1, 100],
    ]);
  });

  it('gives nothing for no items, and fails when its join needs some', async () => {
    const { engine } = startEngine();
    const of = (join: 'all' | 'settled' | 'any') => numbers.forEach('s', { over: list, run: (n) => n, join });

    expect(await engine.run(of('all'), [])).toEqual({ s: [] });
    expect(await engine.run(of('settled'), [])).toEqual({ s: [] });
    expect(causesOf(await rejection(engine.run(of('any'), [])))).toContainEqual(
      expect.objectContaining({ code: 'JOIN_FAILED', step: 's', policy: 'any', members: [] }),
    );
  });

  it('runs no more items at once than it says', async () => {
    const { clock, engine } = startEngine();
    let running = 0;
    let peak = 0;
    const workflow = numbers.forEach('s', {
      over: list,
      concurrency: 2,
      run: async () => {
        peak = Math.max(peak, ++running);
        await takes(clock, 10)();
        running--;
      },
    });
    const result = engine.run(workflow, [1, 2, 3, 4, 5]);
    await clock.advance(100);
    await result;

    expect(peak).toBe(2);
  });

  it('tries each item as its policy says, and never the list as a whole', async () => {
    const { clock, engine } = startEngine();
    const calls: number[] = [];
    const workflow = defineWorkflow<number[]>('w', {
      policy: { attempts: 3, backoff: { initial: 1 } },
    }).forEach('s', {
      over: list,
      policy: { attempts: 2 },
      run: (n) => {
        calls.push(n);
        if (n === 2) throw new Error('two');
      },
    });
    const result = rejection(engine.run(workflow, [1, 2]));
    await clock.advance(1_000);
    await result;

    expect(calls).toEqual([1, 2, 2]);
  });

  it.each<[join: 'settled' | 'any' | ReturnType<typeof atLeast>, seen: unknown[]]>([
    [
      'settled',
      [
        { status: 'completed', output: 1 },
        expect.objectContaining({ status: 'failed' }),
        { status: 'completed', output: 3 },
      ],
    ],
    ['any', [1, undefined, undefined]],
    [atLeast(2), [1, undefined, 3]],
  ])('gives with the join %o what became of the items', async (join, seen) => {
    const { clock, engine } = startEngine();
    const workflow = numbers.forEach('s', {
      over: list,
      join,
      run: async (n) => {
        await takes(clock, n)();
        if (n === 2) throw new Error('two');
        return n;
      },
    });
    const result = engine.run(workflow, [1, 2, 3]);
    await clock.advance(10);

    expect((await result).s).toEqual(seen);
  });

  it('gives of a quorum the items that agree', async () => {
    const { engine } = startEngine();
    const workflow = numbers.forEach('s', { over: list, join: quorum(2), run: (n) => n % 2 });

    expect((await engine.run(workflow, [1, 2, 3])).s).toEqual([1, undefined, 1]);
  });

  it.each<[what: string, over: () => unknown, rule: string]>([
    ['more items than it may have', () => [1, 2, 3], 'a function that returns at most 2 items'],
    ['no list', () => 'abc', 'a function that returns an array'],
    ['a promise', () => Promise.reject(new Error('late')), 'a function that returns an array'],
  ])('fails when its list is %s', async (_what, over, rule) => {
    const { engine } = startEngine();
    const workflow = defineWorkflow('w').forEach('s', {
      over: over as () => number[],
      run: (n) => n,
      most: 2,
    });

    expect(causesOf(await rejection(engine.run(workflow, undefined)))).toContainEqual(
      expect.objectContaining({ code: 'INVALID_OPTIONS', owner: 'step "s"', option: 'over', rule }),
    );
  });

  it('fails with what the code of its list throws as the cause', async () => {
    const { engine } = startEngine();
    const thrown = new Error('no list');
    const over = (): number[] => {
      throw thrown;
    };
    const causes = causesOf(
      await rejection(engine.run(defineWorkflow('w').forEach('s', { over, run: (n) => n }), undefined)),
    );

    expect(causes).toContainEqual(expect.objectContaining({ handler: 'the list of step "s"' }));
    expect(causes).toContain(thrown);
  });

  it('becomes the same steps for the same scope', () => {
    const workflow = numbers.forEach('s', { over: list, run: (n) => n, join: 'any' });
    const [one, two] = [0, 1].map(() => expanded(workflow, { input: [5, 6] }));

    expect(one?.name).toBe('w.s');
    expect(shapeOf(one as Workflow)).toEqual([
      ['0', [], undefined],
      ['1', [], undefined],
      ['join', ['0', '1'], 'any'],
    ]);
    expect(one?.fingerprints).toEqual(two?.fingerprints);
  });
});

describe('repeat', () => {
  const doubled = (most: number, onLimit?: 'fail' | 'continue') =>
    numbers.repeat('s', {
      run: (n: number) => n * 2,
      input: ({ previous, input }) => previous ?? (input[0] as number),
      until: (n) => n > 10,
      most,
      onLimit,
    });

  it('runs rounds until it is done, each with the output of the one before', async () => {
    const { engine } = startEngine();

    expect(await engine.run(doubled(10), [1])).toEqual({ s: 16 });
    expect(await engine.run(doubled(10), [50])).toEqual({ s: 100 });
    expect(await engine.run(doubled(4), [1])).toEqual({ s: 16 });
  });

  it('counts rounds from 1, for the mapping and for until', async () => {
    const { engine } = startEngine();
    const asked: number[] = [];
    const workflow = defineWorkflow('w').repeat('s', {
      run: (n: number) => n,
      input: ({ round }) => round,
      until: (output, round) => {
        if (asked.at(-1) !== round) asked.push(round);
        return output === 3;
      },
      most: 5,
    });

    expect(await engine.run(workflow, undefined)).toEqual({ s: 3 });
    expect(asked).toEqual([1, 2, 3]);
  });

  it('fails when the last round was not enough, or takes its output', async () => {
    const { engine } = startEngine();

    expect(causesOf(await rejection(engine.run(doubled(3), [1])))).toContainEqual(
      expect.objectContaining({ code: 'REPEAT_LIMIT', step: 's', most: 3, retryable: false }),
    );
    expect(await engine.run(doubled(3, 'continue'), [1])).toEqual({ s: 8 });
  });

  it('takes an output of undefined for an output', async () => {
    const { engine } = startEngine();
    let rounds = 0;
    const workflow = defineWorkflow('w').repeat('s', {
      run: (_n: number) => {
        rounds++;
      },
      input: ({ round }) => round,
      until: (_output, round) => round === 3,
      most: 5,
    });
    await engine.run(workflow, undefined);
    expect(rounds).toBe(3);

    const endless = defineWorkflow('w').repeat('s', {
      run: (_n: number) => undefined,
      input: ({ round }) => round,
      until: () => false,
      most: 2,
    });
    expect(causesOf(await rejection(engine.run(endless, undefined)))).toContainEqual(
      expect.objectContaining({ code: 'REPEAT_LIMIT' }),
    );
  });

  it('fails when a round fails, and runs no more of them', async () => {
    const { engine } = startEngine();
    let rounds = 0;
    const workflow = defineWorkflow('w').repeat('s', {
      run: (n: number) => {
        rounds++;
        if (n === 2) throw new Error('two');
      },
      input: ({ round }) => round,
      until: () => false,
      most: 5,
    });
    await rejection(engine.run(workflow, undefined));

    expect(rounds).toBe(2);
  });
});

describe('race', () => {
  it('gives the first to complete, and stops the others', async () => {
    const { clock, engine } = startEngine();
    let stopped = false;
    const workflow = defineWorkflow('w').race('s', {
      members: {
        slow: {
          run: (_scope, { signal }) => {
            signal.addEventListener('abort', () => {
              stopped = true;
            });
            return takes(clock, 50)();
          },
        },
        bad: { run: () => Promise.reject(new Error('bad')) },
        quick: { run: () => takes(clock, 10)().then(() => 'quick') },
      },
    });
    const result = engine.run(workflow, undefined);
    await clock.advance(10);

    expect(await result).toEqual({ s: { winner: 'quick', output: 'quick' } });
    expect(stopped).toBe(true);
  });

  it('has one winner when several complete at the same moment', async () => {
    const { engine } = startEngine();
    const workflow = defineWorkflow('w').race('s', { members: { b: { run: () => 1 }, a: { run: () => 2 } } });

    expect(await engine.run(workflow, undefined)).toEqual({ s: { winner: 'b', output: 1 } });
  });

  it('fails when all have failed', async () => {
    const { engine } = startEngine();
    const run = () => Promise.reject(new Error('bad'));
    const workflow = defineWorkflow('w').race('s', { members: { a: { run }, b: { run } } });

    expect(causesOf(await rejection(engine.run(workflow, undefined)))).toContainEqual(
      expect.objectContaining({ code: 'JOIN_FAILED', policy: 'any' }),
    );
  });

  it('asks a gate among its members with what its own step sees', () => {
    const members = { boss: { run: gate({ ask: ({ input }) => `spend ${input}?` }) } };
    const made = expanded(defineWorkflow('w').race('s', { members }), { input: 5 });

    expect(made.steps[0]?.run).toMatchObject({ kind: 'gate', ask: 'spend 5?' });
  });
});

describe('branch', () => {
  const chosen = defineWorkflow<string>('w').branch('s', {
    on: ({ input }) => input,
    cases: { sea: { run: ({ input }) => `${input}!` }, land: { run: () => 'land' } },
  });

  it('runs the case that was chosen, and no other', async () => {
    const { engine } = startEngine();

    expect(await engine.run(chosen, 'sea')).toEqual({ s: 'sea!' });
    expect(shapeOf(expanded(chosen, { input: 'land' }))).toEqual([['land', [], undefined]]);
  });

  it('runs what is for all other cases', async () => {
    const { engine } = startEngine();
    const workflow = defineWorkflow<string>('w').branch('s', {
      on: ({ input }) => input,
      cases: { sea: { run: () => 1 } },
      otherwise: { run: () => 2 },
    });

    expect(await engine.run(workflow, 'air')).toEqual({ s: 2 });
    expect(await engine.run(workflow, 'toString')).toEqual({ s: 2 });
  });

  it('fails where there is no such case, and names it', async () => {
    const { engine } = startEngine();

    expect(causesOf(await rejection(engine.run(chosen, 'air')))).toContainEqual(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        owner: 'step "s"',
        option: 'on',
        rule: 'a function that returns one of sea, land',
        value: 'air',
      }),
    );
  });
});

describe('scatter', () => {
  const cap = defineCapability<string, string>('cap');
  const agents = ['ada', 'bob', 'eve'].map((name) =>
    defineAgent(name, {
      capabilities: [cap],
      handle: async (text: string) => {
        if (name === 'bob') throw new Error('bob');
        return `${name}: ${text}`;
      },
    }),
  );
  const ask = { run: cap, input: (_scope: unknown, agent: string) => `for ${agent}` };

  it('asks all that serve the capability, and gives their answers with their names', async () => {
    await using house = new Coordinator({ agents, clock: new FakeClock() });
    const workflow = defineWorkflow('w').scatter('s', { ...ask, join: 'settled' });

    expect((await house.run(workflow, undefined)).s).toEqual([
      { agent: 'ada', status: 'completed', output: 'ada: for ada' },
      { agent: 'bob', status: 'failed', error: expect.objectContaining({ name: 'HandlerError' }) },
      { agent: 'eve', status: 'completed', output: 'eve: for eve' },
    ]);
  });

  it('asks those that it names, each once', async () => {
    await using house = new Coordinator({ agents, clock: new FakeClock() });
    const workflow = defineWorkflow('w').scatter('s', { ...ask, to: () => ['eve', 'ada', 'eve'] });

    expect((await house.run(workflow, undefined)).s).toEqual([
      { agent: 'eve', output: 'eve: for eve' },
      { agent: 'ada', output: 'ada: for ada' },
    ]);
  });

  it('leaves out those who did not answer when its join goes on without', async () => {
    await using house = new Coordinator({ agents, clock: new FakeClock() });
    const workflow = defineWorkflow('w').scatter('s', { ...ask, join: atLeast(2) });

    expect((await house.run(workflow, undefined)).s.map(({ agent }) => agent)).toEqual(['ada', 'eve']);
  });

  it('fails when nobody serves the capability', async () => {
    await using house = new Coordinator({ agents: [], clock: new FakeClock() });

    expect(
      causesOf(await rejection(house.run(defineWorkflow('w').scatter('s', ask), undefined))),
    ).toContainEqual(expect.objectContaining({ code: 'JOIN_FAILED', step: 's', members: [] }));
  });

  it('looks up who serves the capability in a step of its own, so that a run resumed asks the same', () => {
    const made = expanded(defineWorkflow('w').scatter('s', ask), {});

    expect(shapeOf(made)).toEqual([
      ['agents', [], undefined],
      ['answers', ['agents'], undefined],
    ]);
    const answers = expandStep(made.steps[1]?.run as Composite, { agents: ['x', 'y'] }, host);
    expect(answers.steps.map(({ run }) => (run as { agent?: string }).agent)).toEqual(['x', 'y']);
  });

  it('refuses names that are none', async () => {
    await using house = new Coordinator({ agents, clock: new FakeClock() });
    const workflow = defineWorkflow('w').scatter('s', { ...ask, to: () => ['a b'] });

    expect(causesOf(await rejection(house.run(workflow, undefined)))).toContainEqual(
      expect.objectContaining({ code: 'INVALID_OPTIONS', option: 'to', value: 'a b' }),
    );
  });
});

it('takes composites in a list as well', async () => {
  const { engine } = startEngine();
  const steps: StepData[] = [
    { id: 'each', forEach: { over: () => [1, 2], run: (n: number) => n + 1 } },
    {
      id: 'again',
      repeat: { run: (n: number) => n, input: ({ round }) => round, until: (n: number) => n === 2, most: 3 },
    },
    {
      id: 'first',
      after: ['each'],
      race: { members: { a: { run: ({ each }: Record<string, unknown>) => each } } },
    },
    { id: 'one', branch: { on: () => 'b', cases: { b: { run: () => 'b' } } } },
    { id: 'bad', run: () => Promise.reject(new Error('no')), onFailure: 'continue' },
    { id: 'some', after: ['each', 'bad'], join: 'any', run: (scope: object) => Object.keys(scope).sort() },
  ];
  const run = engine.start(defineWorkflow('w', { steps }), undefined);

  expect(await run.result).toEqual({
    each: [2, 3],
    again: 2,
    first: { winner: 'a', output: [2, 3] },
    one: 'b',
    some: ['each', 'input'],
  });
  expect(statusesOf(run)).toMatchObject({ bad: 'failed' });
});

it('tells the graph of a workflow which of its steps wait, and which are composites', () => {
  const workflow = defineWorkflow('w')
    .forEach('each', { over: () => [1], run: () => 1 })
    .step('paid', { run: signal('payment') })
    .step('later', { run: sleep('1h') })
    .gate('asked', { ask: 'go on?' });
  const graph = workflowGraph(workflow);
  const nodes = graph.nodes().map((node) => graph.node(node) as StepNode);

  expect(nodes.map(({ id, kind, target }) => [id, kind, target])).toEqual([
    ['each', 'composite', 'forEach'],
    ['paid', 'signal', 'payment'],
    ['later', 'timer', 'sleep'],
    ['asked', 'gate', 'gate'],
  ]);
});

const run = () => 1;
const over = () => [1];
const refused: [what: string, method: string, options: object, option: string][] = [
  ['no list', 'forEach', { run }, 'over'],
  ['nothing to run', 'forEach', { over }, 'run'],
  ['most of none', 'forEach', { over, run, most: 0 }, 'most'],
  ['concurrency 0', 'forEach', { over, run, concurrency: 0 }, 'concurrency'],
  ['a join that is none', 'forEach', { over, run, join: 'most' }, 'join'],
  ['a policy that is none', 'forEach', { over, run, policy: { attempts: 0 } }, 'policy.attempts'],
  ['a mapping that is none', 'forEach', { over, run, input: 5 }, 'input'],
  ['an unknown option', 'forEach', { over, run, limit: 5 }, 'limit'],
  ['no input', 'repeat', { run, until: run, most: 1 }, 'input'],
  ['no end', 'repeat', { run, input: run, most: 1 }, 'until'],
  ['no bound', 'repeat', { run, input: run, until: run }, 'most'],
  ['too high a bound', 'repeat', { run, input: run, until: run, most: 10_001 }, 'most'],
  [
    'an unknown word for the bound',
    'repeat',
    { run, input: run, until: run, most: 1, onLimit: 'cry' },
    'onLimit',
  ],
  [
    'a step before it called round',
    'repeat',
    { run, input: run, until: run, most: 1, after: ['round'] },
    'after',
  ],
  [
    'a signal to wait for',
    'repeat',
    { run: { kind: 'signal', name: 'x' }, input: run, until: run, most: 1 },
    'run',
  ],
  ['no members', 'race', {}, 'members'],
  ['an empty object of members', 'race', { members: {} }, 'members'],
  ['a list of members', 'race', { members: [{ run }] }, 'members'],
  ['a member that is none', 'race', { members: { a: 5 } }, 'members.a'],
  ['a member that runs nothing', 'race', { members: { a: {} } }, 'members.a.run'],
  ['a member without its input', 'race', { members: { a: { run: { agent: 'ada' } } } }, 'members.a'],
  ['a member called join', 'race', { members: { join: { run } } }, 'members'],
  ['no choice', 'branch', { cases: { a: { run } } }, 'on'],
  ['no cases', 'branch', { on: run }, 'cases'],
  ['something else that is none', 'branch', { on: run, cases: { a: { run } }, otherwise: 5 }, 'otherwise'],
  ['an agent to ask', 'scatter', { run: defineAgent('a', { handle: run }), input: run }, 'run'],
  ['no input', 'scatter', { run: defineCapability('c') }, 'input'],
  ['agents that are a list', 'scatter', { run: defineCapability('c'), input: run, to: ['a'] }, 'to'],
  ['nothing to ask', 'gate', {}, 'ask'],
  ['a policy, which it has no use for', 'gate', { ask: 'x', policy: {} }, 'policy'],
  ['a default without a deadline', 'gate', { ask: 'x', default: 5 }, 'default'],
];

it.each(refused)('refuses with %s a %s, and names the option', (_what, method, options, option) => {
  const builder = defineWorkflow('w') as unknown as Record<string, (id: string, options: object) => unknown>;
  const attempts = [() => builder[method]?.('s', options)];
  if (method !== 'gate')
    attempts.push(() =>
      defineWorkflow('w', { steps: [{ id: 's', [method]: options } as unknown as StepData] }),
    );

  for (const attempt of attempts)
    expect(thrownBy(attempt)).toMatchObject({ code: 'INVALID_OPTIONS', owner: 'step "s"', option });
});

it.each([
  [{ id: 's', forEach: 5 }],
  [{ id: 's', forEach: { over, run }, repeat: { run, input: run, until: run, most: 1 } }],
  [{ id: 's', run, forEach: { over, run } }],
  [{ id: 's', join: 'any', forEach: { over, run, join: 'any' } }],
])('refuses a step of a list that says two things at once: %o', (step) => {
  expect(thrownBy(() => defineWorkflow('w', { steps: [step as unknown as StepData] }))).toMatchObject({
    code: 'INVALID_OPTIONS',
  });
});
