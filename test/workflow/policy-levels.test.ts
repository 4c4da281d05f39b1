import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineAgent, defineCapability, defineWorkflow, type Policy } from '../../src/index.ts';
import { never, startHouse } from '../support/workflows.ts';

const backoff = { initial: 10, factor: 1, jitter: 0 };
const work = defineCapability('work');
const levels = ['step', 'workflow', 'agent', 'coordinator'] as const;
type Level = (typeof levels)[number];
const attemptsOf: Record<Level, number> = { step: 2, workflow: 3, agent: 4, coordinator: 5 };

/** Every choice of levels that say something, and the attempts that the most specific of them stands for. */
function casesOf(names: readonly Level[]) {
  return Array.from({ length: 2 ** names.length }, (_, bits) => {
    const said = names.filter((_name, i) => bits & (1 << i));
    return { said, calls: said[0] === undefined ? 1 : attemptsOf[said[0]] };
  });
}

function policiesOf(said: readonly Level[]): { [L in Level]: { policy?: Policy } } {
  const of = (level: Level) =>
    said.includes(level) ? { policy: { attempts: attemptsOf[level], backoff } } : {};
  return {
    step: of('step'),
    workflow: of('workflow'),
    agent: of('agent'),
    coordinator: of('coordinator'),
  };
}

it.each(casesOf(levels))(
  'a step for a capability makes $calls attempts when $said say so',
  async ({ said, calls }) => {
    const policies = policiesOf(said);
    let called = 0;
    const ada = defineAgent('ada', {
      capabilities: [work],
      ...policies.agent,
      handle: () => {
        called++;
        throw new Error('no');
      },
    });
    const { clock, house } = startHouse({ agents: [ada], ...policies.coordinator });
    const workflow = defineWorkflow('w', policies.workflow).step('s', {
      run: work,
      input: () => 1,
      ...policies.step,
    });

    const run = house.start(workflow, undefined);
    await clock.advance(60_000);

    expect(called).toBe(calls);
    expect(run.snapshot().steps[0]).toMatchObject({ status: 'failed', attempts: calls });
  },
);

it.each(casesOf(['step', 'workflow', 'coordinator']))(
  'a step that is a function makes $calls attempts when $said say so',
  async ({ said, calls }) => {
    const policies = policiesOf(said);
    let called = 0;
    const { clock, house } = startHouse(policies.coordinator);
    const fails = () => {
      called++;
      throw new Error('no');
    };
    house.start(
      defineWorkflow('w', policies.workflow).step('s', { run: fails, ...policies.step }),
      undefined,
    );
    await clock.advance(60_000);

    expect(called).toBe(calls);
  },
);

it('takes each field from the most specific level that sets it', async () => {
  const startedAt: number[] = [];
  const ada = defineAgent('ada', {
    capabilities: [work],
    policy: { backoff: { initial: 1_000, factor: 1, jitter: 0 }, attempts: 9 },
    handle: () => {
      startedAt.push(clock.monotonic());
      return never();
    },
  });
  const { clock, house } = startHouse({
    agents: [ada],
    grace: 0,
    policy: { timeout: 50, attempts: 7, backoff },
  });
  const workflow = defineWorkflow('w', { policy: { attempts: 3 } }).step('s', { run: work, input: () => 1 });

  house.start(workflow, undefined);
  await clock.advance(60_000);

  expect(startedAt).toEqual([0, 1_050, 2_100]);
});

it('uses the attempts and the backoff of the agent also for an attempt that the timeout of the step ended', async () => {
  const startedAt: number[] = [];
  const ada = defineAgent('ada', {
    capabilities: [work],
    policy: { attempts: 3, backoff },
    handle: () => {
      startedAt.push(clock.monotonic());
      return never();
    },
  });
  const { clock, house } = startHouse({ agents: [ada], grace: 0 });
  const workflow = defineWorkflow('w').step('s', { run: work, input: () => 1, policy: { timeout: 50 } });

  house.start(workflow, undefined);
  await clock.advance(60_000);

  expect(startedAt).toEqual([0, 60, 120]);
});

it('uses the policy of the agent also for an output that the capability refuses', async () => {
  const checked = defineCapability('checked', { output: z.string() });
  let called = 0;
  const ada = defineAgent('ada', {
    capabilities: [checked],
    policy: { attempts: 3, backoff },
    handle: () => (++called < 3 ? (called as never) : 'right'),
  });
  const { clock, house } = startHouse({ agents: [ada] });

  const run = house.start(defineWorkflow('w').step('s', { run: checked, input: () => 1 }), undefined);
  await clock.advance(1_000);

  expect(run.status).toBe('completed');
  expect(called).toBe(3);
});

it('does not multiply the attempts of a nested workflow with those of the step that it is', async () => {
  let called = 0;
  const fails = () => {
    called++;
    throw new Error('no');
  };
  const policy = { attempts: 3, backoff };
  const { clock, house } = startHouse({ policy });
  const inner = defineWorkflow('inner', { policy }).step('s', { run: fails });
  const outer = defineWorkflow('outer', { policy }).step('n', { run: inner, input: () => undefined });

  const run = house.start(outer, undefined);
  await clock.advance(60_000);

  expect(run.status).toBe('failed');
  expect(called).toBe(3);
});

it('stops at the limit of the agent when the step says nothing of time', async () => {
  const ada = defineAgent('ada', { capabilities: [work], policy: { timeout: 70 }, handle: never });
  const { clock, house } = startHouse({ agents: [ada], policy: { timeout: 5_000 } });

  const run = house.start(defineWorkflow('w').step('s', { run: work, input: () => 1 }), undefined);
  await clock.advance(69);
  expect(run.status).toBe('running');
  await clock.advance(1);

  expect(run.status).toBe('failed');
});

it('lets a step that says so go on for longer than its agent and the coordinator allow', async () => {
  const ada = defineAgent('ada', { capabilities: [work], policy: { timeout: 70 }, handle: never });
  const { clock, house } = startHouse({ agents: [ada], policy: { timeout: 50 } });
  const workflow = defineWorkflow('w').step('s', { run: work, input: () => 1, policy: { timeout: '1h' } });

  const run = house.start(workflow, undefined);
  await clock.advance(3_599_999);
  expect(run.status).toBe('running');
  await clock.advance(1);

  expect(run.status).toBe('failed');
});

it('gives code the time that the coordinator says where neither step nor workflow does', async () => {
  const { clock, house } = startHouse({ policy: { timeout: 50 } });

  const run = house.start(defineWorkflow('w').step('s', { run: never }), undefined);
  await clock.advance(49);
  expect(run.status).toBe('running');
  await clock.advance(1);

  expect(run.status).toBe('failed');
});

it('does not try again with an input that the capability refuses', async () => {
  const checked = defineCapability('checked', { input: z.string() });
  const ada = defineAgent('ada', { capabilities: [checked], handle: () => 1 });
  const { clock, house } = startHouse({ agents: [ada], policy: { attempts: 5, backoff } });

  const run = house.start(
    defineWorkflow('w').step('s', { run: checked, input: () => 5 as never }),
    undefined,
  );
  await clock.advance(60_000);

  expect(run.snapshot().steps[0]).toMatchObject({ status: 'failed', attempts: 1 });
  expect(house.stats().tasks.submitted).toBe(0);
});
