import assert from 'node:assert/strict';
import { defineWorkflow, type StepData, workflowGraph } from '../../src/index.ts';
import { type Case, raise } from './case.ts';
import { checkTyped, refuses } from './outcome.ts';
import type { World } from './world.ts';

type Graph = readonly (readonly [string, unknown?])[];
const run = () => 1;
const boom = new Error('own');
const define = (steps: unknown) => defineWorkflow('w', { steps: steps as readonly StepData[] });
const stepsOf = (graph: Graph) =>
  graph.map(([id, after]) => ({ id, run, ...(after === undefined ? {} : { after }) }));

/** Refused where the list is given. */
const wrong: Readonly<Record<string, readonly [code: string, graph: Graph, facts?: object]>> = {
  'a step after itself': ['CYCLE', [['a', ['a']]], { path: ['a', 'a'] }],
  'two steps after each other': [
    'CYCLE',
    [
      ['a', ['b']],
      ['b', ['a']],
    ],
  ],
  'a circle of three inside a larger graph': [
    'CYCLE',
    [['s'], ['a', ['s', 'c']], ['b', ['a']], ['c', ['b']], ['z', ['s']]],
  ],
  'a circle behind a diamond': [
    'CYCLE',
    [['a'], ['b', ['a']], ['c', ['a']], ['d', ['b', 'c', 'e']], ['e', ['d']]],
  ],
  'nothing but circles': [
    'CYCLE',
    [
      ['a', ['b']],
      ['b', ['a']],
      ['c', ['d']],
      ['d', ['c']],
    ],
  ],
  'a circle through names that every object has': [
    'CYCLE',
    [
      ['constructor', ['toString']],
      ['toString', ['constructor']],
    ],
  ],
  'after nobody': ['UNKNOWN_STEP', [['a', ['ghost']]], { step: 'a', missing: 'ghost' }],
  'after what every object has': ['UNKNOWN_STEP', [['a', ['constructor']]], { missing: 'constructor' }],
  'after the input': ['UNKNOWN_STEP', [['a', ['input']]], { missing: 'input' }],
  'after a name in other letters': ['UNKNOWN_STEP', [['a'], ['b', ['A']]], { missing: 'A' }],
  'after __proto__': ['INVALID_NAME', [['a', ['__proto__']]]],
  'a step twice': ['DUPLICATE_STEP', [['a'], ['b'], ['a']], { step: 'a' }],
  'a step twice, and a circle': [
    'DUPLICATE_STEP',
    [
      ['a', ['a']],
      ['a', ['a']],
    ],
  ],
  'a step without a name': ['INVALID_NAME', [[undefined as never]]],
  'a number as name': ['INVALID_NAME', [[1 as never]]],
  'after as text': ['INVALID_OPTIONS', [['a', 'b'], ['b']]],
  'after as null': ['INVALID_OPTIONS', [['a', null]]],
  'after as an object': ['INVALID_OPTIONS', [['a', { 0: 'b', length: 1 }], ['b']]],
  'after as a set': ['INVALID_OPTIONS', [['a', new Set(['b'])], ['b']]],
  'after with null': ['INVALID_NAME', [['a', [null]]]],
  'after with a list': ['INVALID_NAME', [['a', [['b']]], ['b']]],
  'after with a hole': ['INVALID_NAME', [['a', Object.assign([], { 1: 'b' })], ['b']]],
};

/** Refused for what stands where the list or a step should. */
const malformed: Readonly<Record<string, () => unknown>> = {
  'steps as null': () => null,
  'steps as undefined': () => undefined,
  'steps as text': () => 'abc',
  'steps as a number': () => 5,
  'steps as an object': () => ({ a: { run } }),
  'steps as an iterator': () => [{ id: 'a', run }].values(),
  'a list with null': () => [null],
  'a list with undefined': () => [undefined],
  'a list with text': () => ['a'],
  'a list with a hole': () => new Array(1),
  'a step that is a function': () => [run],
  'a step without run': () => [{ id: 'a' }],
  'a step with run as text': () => [{ id: 'a', run: 'ada' }],
  'a step with run as null': () => [{ id: 'a', run: null }],
  'a step with an unknown key': () => [{ id: 'a', run, needs: [] }],
  'a step for an agent without input': () => [{ id: 'a', run: { agent: 'ada' } }],
  'a step whose name throws when it is read': () => [
    {
      run,
      get id() {
        return raise(boom);
      },
    },
  ],
  'a step whose after throws when it is read': () => [
    {
      id: 'a',
      run,
      get after() {
        return raise(boom);
      },
    },
  ],
  'a step that is an opaque proxy': () => [
    new Proxy({}, { get: () => raise(boom), ownKeys: () => raise(boom) }),
  ],
  'steps that cannot be read': () => new Proxy([], { get: () => raise(boom) }),
  'after that cannot be read': () => [{ id: 'a', run, after: new Proxy([], { get: () => raise(boom) }) }],
};

/** Taken, and run to the end. */
const fine: Readonly<Record<string, readonly [steps: () => unknown, completed: number]>> = {
  empty: [() => [], 0],
  'one step': [() => stepsOf([['a']]), 1],
  'no edges': [() => stepsOf([['a'], ['b'], ['c']]), 3],
  'one dependency named twice': [() => stepsOf([['a'], ['b', ['a', 'a']]]), 2],
  'the steps from the last to the first': [() => stepsOf([['c', ['b']], ['b', ['a']], ['a']]), 3],
  'after that is undefined': [() => [{ id: 'a', run, after: undefined }], 1],
  'names that every object has': [
    () => stepsOf([['constructor'], ['toString', ['constructor']], ['hasOwnProperty', ['toString']]]),
    3,
  ],
  'a frozen list of frozen steps': [
    () => Object.freeze(stepsOf([['a'], ['b', ['a']]]).map(Object.freeze)),
    2,
  ],
  'steps with getters': [
    () => [
      {
        get id() {
          return 'a';
        },
        get run() {
          return run;
        },
        get after() {
          return [];
        },
      },
    ],
    1,
  ],
  'a proxy that lets everything through': [() => new Proxy(stepsOf([['a'], ['b', ['a']]]), {}), 2],
  'the same step object in a class': [
    () => [
      new (class Own {
        id = 'a';
        run = run;
      })(),
    ],
    1,
  ],
  'a chain of 2,000': [
    () => stepsOf(Array.from({ length: 2_000 }, (_, n) => [`s${n}`, n === 0 ? [] : [`s${n - 1}`]])),
    2_000,
  ],
  'a fan of 2,000': [
    () => stepsOf([['root'], ...Array.from({ length: 2_000 }, (_, n) => [`s${n}`, ['root']] as const)]),
    2_001,
  ],
  'a sink of 2,000': [
    () => {
      const ids = Array.from({ length: 2_000 }, (_, n) => `s${n}`);
      return stepsOf([...ids.map((id) => [id] as const), ['sink', ids]]);
    },
    2_001,
  ],
  '30 layers of 30, each after all of the one before': [
    () => {
      const ids = (layer: number) => Array.from({ length: 30 }, (_, n) => `l${layer}n${n}`);
      const layers = Array.from({ length: 30 }, (_, layer) => layer);
      return stepsOf(
        layers.flatMap((layer) => ids(layer).map((id) => [id, layer === 0 ? [] : ids(layer - 1)] as const)),
      );
    },
    900,
  ],
};

const scenes: Readonly<Record<string, (world: World) => unknown>> = {
  'a circle at the end of 100,000 steps': () => {
    const size = 100_000;
    const steps = Array.from({ length: size }, (_, n) => ({
      id: `s${n}`,
      run,
      after: n === size - 2 ? [`s${n - 1}`, `s${n + 1}`] : n === 0 ? [] : [`s${n - 1}`],
    }));
    try {
      define(steps);
    } catch (error) {
      checkTyped(error, 'CYCLE');
      const { path } = error as unknown as { path: readonly string[] };
      assert.deepEqual([...new Set(path)].sort(), ['s99998', 's99999']);
      return;
    }
    throw new Error('it was taken');
  },
  'a list that is changed after it was given': async ({ house }) => {
    const after: string[] = [];
    const steps = [
      { id: 'a', run },
      { id: 'b', run, after },
    ];
    const workflow = define(steps);
    steps.push({ id: 'c', run: () => raise(boom), after: ['ghost'] });
    (steps[0] as { run: unknown }).run = () => raise(boom);
    after.push('b');
    assert.deepEqual(await house.run(workflow, undefined), { a: 1, b: 1 });
  },
  'a step that gives another answer each time it is read': async ({ house }) => {
    let reads = 0;
    const step = {
      id: 'a',
      get run() {
        return reads++ === 0 ? run : 'something else';
      },
    };
    assert.deepEqual(await house.run(define([step]), undefined), { a: 1 });
  },
  'a step whose name is that of its run': async ({ house }) => {
    const workflow = define([{ id: 'same', run }]);
    assert.deepEqual(await house.start(workflow, undefined, { id: 'same' }).result, { same: 1 });
    assert.equal(house.workflows.get('same')?.snapshot().steps[0]?.id, 'same');
  },
  'one id for two runs at once': async ({ house }) => {
    const workflow = define([{ id: 'a', run }]);
    const first = house.start(workflow, 1, { id: 'same' });
    assert.throws(() => house.start(workflow, 2, { id: 'same' }), { code: 'RUN_EXISTS' });
    await first.result;
    assert.throws(() => house.start(workflow, 3, { id: 'same' }), { code: 'RUN_EXISTS' });
    assert.equal(house.stats().workflows.started, 1);
  },
  'a builder that goes round': (world) =>
    refuses(world, 'throws', 'CYCLE', () => {
      const first = defineWorkflow('w').step('a', { run, after: ['b' as never] });
      return world.house.start(first.step('b', { run, after: ['a'] }), undefined);
    }),
  'a builder after nobody': (world) =>
    refuses(world, 'rejects', 'UNKNOWN_STEP', () =>
      world.house.run(defineWorkflow('w').step('a', { run, after: ['ghost' as never] }), undefined),
    ),
  'a builder with a step twice': (world) =>
    refuses(world, 'rejects', 'DUPLICATE_STEP', () =>
      world.house.run(defineWorkflow('w').step('a', { run }).step('a', { run }), undefined),
    ),
  'a circle in a nested workflow': async ({ house }) => {
    const inner = defineWorkflow('inner').step('a', { run, after: ['a' as never] });
    const outer = defineWorkflow('outer').step('n', { run: inner, input: () => 1 });
    const error = await house.run(outer, undefined).catch((problem: unknown) => problem);
    checkTyped(error, 'RUN_FAILED');
    checkTyped(error.cause, 'CYCLE');
  },
  'a picture of names that every object has': () => {
    const graph = workflowGraph(define(stepsOf([['constructor'], ['toString', ['constructor']]])) as never);
    assert.deepEqual(graph.nodes(), ['step:constructor', 'step:toString']);
  },
};

const make = (position: string, name: string, work: Case['run']): Case => ({
  category: 'graphs',
  position,
  name,
  run: work,
});

/** Graphs that are wrong, malformed, unusual or changed while somebody looks. */
export const graphCases: readonly Case[] = [
  ...Object.entries(wrong).map(([name, [code, graph, facts]]) =>
    make('wrong graphs', name, async (world) => {
      const error = await refuses(world, 'throws', code, () => define(stepsOf(graph)));
      if (code === 'CYCLE') {
        const { path } = error as unknown as { path: readonly string[] };
        assert.equal(path[0], path.at(-1));
        for (const [index, id] of path.slice(1).entries()) {
          const after = graph.find(([step]) => step === id)?.[1] as readonly unknown[];
          assert.ok(after.includes(path[index]), `${id} is after ${path[index]}`);
        }
      }
      for (const [key, value] of Object.entries(facts ?? {})) {
        assert.deepEqual((error as unknown as Record<string, unknown>)[key], value);
      }
    }),
  ),
  ...Object.entries(malformed).map(([name, steps]) =>
    make('malformed lists', name, async (world) => {
      const given = steps();
      const error = await refuses(world, 'throws', 'INVALID_OPTIONS', () => define(given));
      assert.match(error.message, /must be/);
    }),
  ),
  ...Object.entries(fine).map(([name, [steps, completed]]) =>
    make('unusual graphs', name, async ({ house }) => {
      const outputs = await house.run(define(steps()), undefined);
      assert.equal(Object.keys(outputs).length, completed);
    }),
  ),
  ...Object.entries(scenes).map(([name, scene]) => make('scenes', name, scene)),
];
