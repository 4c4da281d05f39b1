import { expect, it } from 'vitest';
import {
  CycleError,
  DuplicateStepError,
  defineWorkflow,
  type StepData,
  UnknownStepError,
  type Workflow,
} from '../../src/index.ts';
import { rejection, thrownBy } from '../support/outcome.ts';
import { startEngine } from '../support/workflows.ts';

type Edges = readonly (readonly [id: string, ...after: string[]])[];

const stepsOf = (edges: Edges): StepData[] => edges.map(([id, ...after]) => ({ id, after, run: () => 1 }));

/** The same graph with the builder, past its types. */
function built(edges: Edges): Workflow {
  let builder = defineWorkflow('w') as unknown as { step(id: string, step: object): typeof builder };
  for (const { id, ...step } of stepsOf(edges)) builder = builder.step(id, step);
  return builder as unknown as Workflow;
}

const faults: { what: string; edges: Edges; expected: object; type: new (...args: never[]) => Error }[] = [
  {
    what: 'a step after one that does not exist',
    edges: [['a'], ['b', 'a', 'ghost']],
    type: UnknownStepError,
    expected: { code: 'UNKNOWN_STEP', workflow: 'w', step: 'b', missing: 'ghost' },
  },
  {
    what: 'two steps of one id',
    edges: [['a'], ['b'], ['a']],
    type: DuplicateStepError,
    expected: { code: 'DUPLICATE_STEP', workflow: 'w', step: 'a' },
  },
  {
    what: 'a step after itself',
    edges: [['x'], ['a', 'x', 'a']],
    type: CycleError,
    expected: { code: 'CYCLE', workflow: 'w', path: ['a', 'a'] },
  },
  {
    what: 'two steps after one another',
    edges: [['x'], ['a', 'x', 'b'], ['b', 'a']],
    type: CycleError,
    expected: { path: ['b', 'a', 'b'] },
  },
  {
    what: 'a cycle within a larger graph',
    edges: [['s'], ['a', 's', 'c'], ['b', 'a'], ['c', 'b'], ['z', 'c', 's']],
    type: CycleError,
    expected: { path: ['b', 'c', 'a', 'b'] },
  },
];

/** Each step of the path is after the one before it, and the first stands at the end again. */
function expectCircle({ path }: CycleError, edges: Edges): void {
  const after = new Map(edges.map(([id, ...names]) => [id, names]));
  expect(path.at(0)).toBe(path.at(-1));
  expect(new Set(path).size).toBe(path.length - 1);
  const gaps = path.slice(1).filter((id, i) => !after.get(id)?.includes(path[i] as string));
  expect(gaps).toEqual([]);
}

it.each(faults)('refuses $what where a graph from data is defined', ({ edges, type, expected }) => {
  const error = thrownBy(() => defineWorkflow('w', { steps: stepsOf(edges) }));

  expect(error).toBeInstanceOf(type);
  expect(error).toMatchObject({ retryable: false });
  if (error instanceof CycleError) expectCircle(error, edges);
  else expect(error).toMatchObject(expected);
});

it.each(faults)(
  'refuses $what where a built graph is first used, and starts nothing',
  async ({ edges, type }) => {
    const { engine } = startEngine();
    const workflow = built(edges);

    expect(thrownBy(() => workflow.steps)).toBeInstanceOf(type);
    expect(thrownBy(() => engine.start(workflow, undefined))).toBeInstanceOf(type);
    expect(await rejection(engine.run(workflow, undefined))).toBeInstanceOf(type);
    expect(engine.stats()).toMatchObject({ started: 0, active: 0, retained: 0 });
  },
);

it('names the steps of the cycle in the message, in their order', () => {
  const edges: Edges = [
    ['a', 'c'],
    ['b', 'a'],
    ['c', 'b'],
  ];
  const error = thrownBy(() => defineWorkflow('w', { steps: stepsOf(edges) })) as CycleError;

  expect(error.message).toContain(error.path.join(' → '));
  expect(error.message).toContain('"w"');
});

it.each([100, 100_000])(
  'names a cycle of %i steps with its whole path, and shortens only the message',
  { timeout: 30_000 },
  (size) => {
    const steps = Array.from({ length: size }, (_, i) => ({
      id: `s${i}`,
      after: [`s${(i + size - 1) % size}`],
      run: () => 1,
    }));
    const error = thrownBy(() => defineWorkflow('w', { steps })) as CycleError;

    expect(error).toBeInstanceOf(CycleError);
    expect(error.path).toHaveLength(size + 1);
    expectCircle(
      error,
      steps.map(({ id, after }) => [id, ...after] as const),
    );
    expect(error.message.length).toBeLessThan(300);
  },
);

it('finds the cycle at the end of a chain of 100,000 steps', { timeout: 30_000 }, () => {
  const steps = Array.from({ length: 100_000 }, (_, i) => ({
    id: `s${i}`,
    after: i === 0 ? [] : i === 99_998 ? [`s${i - 1}`, 's99999'] : [`s${i - 1}`],
    run: () => 1,
  }));
  const { path } = thrownBy(() => defineWorkflow('w', { steps })) as CycleError;

  expect(path).toHaveLength(3);
  expect(new Set(path)).toEqual(new Set(['s99998', 's99999']));
});

it('accepts what is no cycle: doubled names in `after`, steps defined before those they wait for', async () => {
  const { engine } = startEngine();
  const workflow = defineWorkflow('w', {
    steps: [
      { id: 'last', after: ['first', 'first', 'middle'], run: () => order.push('last') },
      { id: 'middle', after: ['first'], run: () => order.push('middle') },
      { id: 'first', run: () => order.push('first') },
    ],
  });
  const order: string[] = [];
  await engine.run(workflow, undefined);

  expect(order).toEqual(['first', 'middle', 'last']);
  expect(workflow.steps[0]?.after).toEqual(['first', 'middle']);
});

it('keeps the graph as it was defined, whatever becomes of the data', async () => {
  const { engine } = startEngine();
  const after: string[] = [];
  const steps: StepData[] = [
    { id: 'a', run: () => 1 },
    { id: 'b', after, run: () => 2 },
  ];
  const workflow = defineWorkflow('w', { steps });
  after.push('ghost');
  steps.push({ id: 'c', run: () => 3 });

  expect(await engine.run(workflow, undefined)).toEqual({ a: 1, b: 2 });
});
