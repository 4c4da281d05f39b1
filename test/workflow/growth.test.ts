import { expect, it } from 'vitest';
import { defineWorkflow, type Run, type StepData, type Workflow } from '../../src/index.ts';
import { startEngine } from '../support/workflows.ts';

const ids = (size: number) => Array.from({ length: size }, (_, i) => `s${i}`);
const plus = (before: string) => (scope: Readonly<Record<string, number>>) => (scope[before] ?? 0) + 1;

const shapes = {
  chain: (size: number): StepData[] =>
    ids(size).map((id, i) => ({ id, after: i === 0 ? [] : [`s${i - 1}`], run: plus(`s${i - 1}`) })),
  'fan-out and fan-in': (size: number): StepData[] => [
    { id: 'top', run: () => 1 },
    ...ids(size - 2).map((id) => ({ id, after: ['top'], run: plus('top') })),
    { id: 'bottom', after: ids(size - 2), run: (scope: object) => Object.keys(scope).length },
  ],
  'unconnected steps': (size: number): StepData[] => ids(size).map((id) => ({ id, run: () => 1 })),
  layers: (size: number): StepData[] =>
    ids(size).map((id, i) => ({
      id,
      after: i < 100 ? [] : [0, 1, 2].map((k) => `s${(Math.floor(i / 100) - 1) * 100 + ((i + k * 7) % 100)}`),
      run: () => i,
    })),
};
const lastOf = {
  chain: 's99999',
  'fan-out and fan-in': 'bottom',
  'unconnected steps': 's5',
  layers: 's99999',
};
const answerOf = { chain: 100_000, 'fan-out and fan-in': 99_999, 'unconnected steps': 1, layers: 99_999 };

const measured = async (work: () => Promise<void>) => {
  const { user, system } = process.cpuUsage();
  await work();
  const used = process.cpuUsage({ user, system });
  return (used.user + used.system) / 1_000;
};

async function runOf(steps: StepData[], id: string): Promise<unknown> {
  const { engine } = startEngine();
  const workflow = defineWorkflow('large', { steps, output: (outputs) => outputs[id] });
  return engine.run(workflow, undefined);
}

it.each(Object.keys(shapes) as (keyof typeof shapes)[])(
  'checks and runs 100,000 steps as %s without a recursion error',
  { timeout: 30_000 },
  async (shape) => {
    expect(await runOf(shapes[shape](100_000), lastOf[shape])).toBe(answerOf[shape]);
  },
);

it.each(['chain', 'fan-out and fan-in'] as const)(
  'takes less than three times as long for twice as many steps as %s',
  { timeout: 30_000, retry: 2 },
  async (shape) => {
    const timeFor = async (size: number) => {
      const steps = shapes[shape](size);
      const times: number[] = [];
      for (let round = 0; round < 3; round++) {
        times.push(await measured(async () => void (await runOf(steps, 's1'))));
      }
      return times.sort((a, b) => a - b)[1]!;
    };
    await timeFor(10_000);

    const [once, twice] = [await timeFor(20_000), await timeFor(40_000)];

    expect(twice / once).toBeLessThan(3);
  },
);

it('builds, checks and runs a chain of 20,000 steps made with the builder in a loop', async () => {
  type Loop = { step(id: string, step: object): Loop };
  let builder = defineWorkflow('long') as unknown as Loop;
  for (const { id, ...step } of shapes.chain(20_000)) builder = builder.step(id, step);
  const { engine } = startEngine();
  const outputs = await engine.run(builder as unknown as Workflow<void, Record<string, number>>, undefined);

  expect(outputs['s19999']).toBe(20_000);
});

it('skips the rest of a chain of 100,000 steps, whose first one failed, without a recursion error', {
  timeout: 30_000,
}, async () => {
  const { clock, engine } = startEngine();
  const [first, ...others] = shapes.chain(100_000);
  const fails = () => {
    throw new Error('no');
  };
  const steps = [{ ...first!, run: fails }, ...others];
  const run: Run = engine.start(defineWorkflow('large', { steps }), undefined);
  await clock.settle();

  expect(run.status).toBe('failed');
  expect(run.snapshot().steps.at(-1)).toMatchObject({
    status: 'skipped',
    reason: { kind: 'dependency', step: 's99998' },
  });
});

it('cancels 100,000 waiting steps and lists each of them', { timeout: 30_000 }, async () => {
  const { engine } = startEngine();
  const run = engine.start(defineWorkflow('large', { steps: shapes.chain(100_000) }), undefined);
  run.cancel();

  expect(run.snapshot().steps.filter(({ status }) => status === 'cancelled')).toHaveLength(100_000);
});
