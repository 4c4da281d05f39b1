import type { Run, StepSnapshot } from '../../src/index.ts';
import { flowOf, planSteps, type Scope, stepAgent } from './support/flows.ts';
import { type End, ensure, follow, notice, pick, prove, whole, workAt } from './support/prove.ts';

// W2. A step starts only when every step it comes after has ended: with an output that is recorded, and which is what
// the step then sees; or skipped by its own `when`, and then the step sees nothing of it. A step is skipped for a
// dependency if and only if one of those before it failed or was itself skipped for a dependency.

const policies = [
  undefined,
  { attempts: 2, backoff: { initial: 5 } },
  { attempts: 3, timeout: 12, backoff: { initial: 0 } },
];

prove(
  'starts a step only after every step that it depends on',
  {
    faults: { handlerError: 0.1, handlerHang: 0.02, handlerSlow: 0.02, messageLost: 0.02, loopStall: 0.01 },
    latency: 20,
    atLeast: {
      started: 2_500,
      'with dependencies': 1_500,
      condition: 500,
      dependency: 200,
      retried: 300,
      failed: 120,
    },
  },
  async (sim, count) => {
    const plans = planSteps(sim, whole(sim, 2, 8), policies);
    const produced = new Map<string, unknown[]>();
    const work = workAt(sim, 'work');
    const stepOf = (id: string): StepSnapshot => run.snapshot().steps.find((step) => step.id === id)!;

    const begin = (id: string, scope: Scope): void => {
      const { after } = plans.find((plan) => plan.id === id)!;
      ensure(run.status === 'running', () => `${id} starts in a run that is ${run.status}`);
      for (const name of after) {
        const { status, reason } = stepOf(name);
        const done = status === 'completed' || (status === 'skipped' && reason?.kind === 'condition');
        ensure(done, () => `${id} starts, but ${name} is ${status}`);
        const sees = status === 'completed' ? produced.get(name)!.includes(scope[name]) : !(name in scope);
        ensure(sees, () => `${id} does not see the output of ${name}`);
      }
      const seen = Object.keys(scope).filter((key) => key !== 'input');
      ensure(
        seen.every((key) => after.includes(key)),
        () => `${id} sees ${seen.join(', ')}`,
      );
    };
    const body = async (id: string, scope: Scope): Promise<unknown> => {
      notice(sim, () => begin(id, scope));
      count('started');
      if (Object.keys(scope).length > 1) count('with dependencies');
      await work();
      const output = { id };
      produced.set(id, [...(produced.get(id) ?? []), output]);
      return output;
    };
    const house = sim.coordinator({ policy: { timeout: 500 }, grace: 10 });
    const agent = stepAgent('a', 2, body);
    house.agents.register(agent);
    const run: Run<Record<string, unknown>> = house.start(
      flowOf(plans, agent, body, { concurrency: pick(sim, [1, 2, 20]) }),
      undefined,
    );
    let end: End | undefined;
    follow(sim, run.result, (told) => {
      end = told;
    });
    await sim.advance('10m');

    const steps = new Map(run.snapshot().steps.map((step) => [step.id, step]));
    for (const { id, after, when } of plans) {
      const { status, reason, attempts } = steps.get(id)!;
      const blocked = after.some((name) => {
        const before = steps.get(name)!;
        return before.status === 'failed' || before.reason?.kind === 'dependency';
      });
      const due = blocked ? 'dependency' : when === false ? 'condition' : 'none';
      ensure(
        (reason?.kind ?? 'none') === due,
        () => `${id} is ${status} for ${reason?.kind}, ${due} was due`,
      );
      ensure((status === 'skipped') === (due !== 'none'), () => `${id} is ${status}, ${due} was due`);
      if (reason?.kind === 'dependency')
        ensure(after.includes(reason.step), () => `${id} waits not for ${reason.step}`);
      count(reason?.kind ?? status);
      if (attempts > 1) count('retried');
    }
    const failed = [...steps.values()].some(({ status }) => status === 'failed');
    ensure(run.status === (failed ? 'failed' : 'completed'), () => `the run is ${run.status}`);
    if (end?.isOutput !== true) return;
    for (const [id, { status }] of steps)
      ensure((status === 'completed') === id in (end.value as object), () => `${id} is not in the output`);
  },
);
