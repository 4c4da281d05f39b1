import { expect, it } from 'vitest';
import { defineAgent, defineCapability, defineWorkflow, type HandlerContext } from '../../src/index.ts';
import { startHouse, takes } from '../support/workflows.ts';

const work = defineCapability<number, number>('work');

it('tells a function step the run, the attempt and a key that stays the same over attempts', async () => {
  const { clock, house } = startHouse();
  const told: object[] = [];
  const workflow = defineWorkflow('w').step('s', {
    run: (_scope, { runId, attempt, idempotencyKey, taskId, agent, capability }) => {
      told.push({ runId, attempt, idempotencyKey, taskId, agent, capability });
      if (attempt < 3) throw new Error('again');
    },
    policy: { attempts: 3 },
  });
  house.start(workflow, undefined, { id: 'r1' });
  await clock.advance(10_000);
  const same = { runId: 'r1', taskId: undefined, agent: undefined, capability: undefined };

  expect(told).toEqual([1, 2, 3].map((attempt) => ({ ...same, attempt, idempotencyKey: 'r1>s' })));
});

it('gives the agent of a step the same key for every attempt, and tells it the run and the attempt', async () => {
  const { clock, house } = startHouse();
  const told: object[] = [];
  const ada = defineAgent('ada', {
    capabilities: [work],
    handle: (n, { runId, idempotencyKey, agent, capability, taskId, attempt }) => {
      told.push({ runId, idempotencyKey, agent, capability, hasTask: taskId !== undefined, attempt });
      if (told.length < 3) throw new Error('again');
      return n;
    },
  });
  house.agents.register(ada);
  const workflow = defineWorkflow('w').step('s', { run: work, input: () => 1, policy: { attempts: 3 } });
  house.start(workflow, undefined, { id: 'r1' });
  await clock.advance(10_000);

  const same = { runId: 'r1', idempotencyKey: 'r1>s', agent: 'ada', capability: 'work', hasTask: true };
  expect(told).toEqual([1, 2, 3].map((attempt) => ({ ...same, attempt })));
});

it('keeps the key of a nested step over the attempts at the step that the nested workflow is', async () => {
  const { clock, house } = startHouse();
  const keys: string[] = [];
  const inner = defineWorkflow('inner').step('effect', {
    run: (_scope, { idempotencyKey }) => {
      if (keys.push(idempotencyKey) === 1) throw new Error('after the effect');
    },
  });
  const policy = { attempts: 2, retryWhen: () => true };
  const outer = defineWorkflow('outer').step('nested', { run: inner, input: () => undefined, policy });
  house.start(outer, undefined);
  await clock.advance(1_000);

  expect(keys).toHaveLength(2);
  expect(keys[1]).toBe(keys[0]);
});

it('gives different work different keys, whatever the runs and steps are called', async () => {
  const { house } = startHouse();
  const key = (step: string) =>
    defineWorkflow('w', {
      steps: [{ id: step, run: (_scope: never, context: HandlerContext) => context.idempotencyKey }],
      output: (outputs) => outputs[step],
    });
  const keys = [
    await house.run(key('b/c'), undefined, { id: 'a' }),
    await house.run(key('c'), undefined, { id: 'a/b' }),
    await house.run(key('c'), undefined, { id: 'c' }),
    await house.run(key('c'), undefined),
    await house.run(key('c'), undefined),
  ];

  expect(new Set(keys).size).toBe(keys.length);
});

it('marks every event of the task of a step with the run and the step', async () => {
  const { clock, house } = startHouse();
  const told: [string, unknown, unknown][] = [];
  house.events.onAny((event) => {
    if ('taskId' in event) told.push([event.type, event.runId, event.step]);
  });
  const ada = defineAgent('ada', {
    capabilities: [work],
    handle: async (n, context) => {
      context.progress('half');
      await takes(clock, 10)();
      return n;
    },
  });
  house.agents.register(ada);
  const workflow = defineWorkflow('w')
    .step('a', { run: work, input: () => 1 })
    .step('b', { run: work, input: () => 2 });
  house.start(workflow, undefined, { id: 'r' });
  await clock.advance(100);

  const typesFor = (step: string) => told.filter(([, , name]) => name === step).map(([type]) => type);
  const rest = ['task.started', 'task.progressed', 'task.completed'];
  expect(typesFor('a')).toEqual(['task.submitted', ...rest]);
  expect(typesFor('b')).toEqual(['task.submitted', 'task.queued', ...rest]);
  expect(told.map(([, runId]) => runId)).toEqual(Array(9).fill('r'));
});

it('lets a step ask and publish, with itself as the sender', async () => {
  const { clock, house } = startHouse({ agents: [] });
  const heard: unknown[] = [];
  house.messages.subscribe('news.*', (body, { topic, sender }) => heard.push([topic, body, sender]));
  house.agents.register(defineAgent('ada', { capabilities: [work], handle: (n) => n * 2 }));
  const workflow = defineWorkflow('w').step('s', {
    run: async (_scope, context) => {
      context.publish('news.today', 'hi');
      return context.ask(work, 21);
    },
  });

  expect(await house.run(workflow, undefined)).toEqual({ s: 42 });
  await clock.settle();
  expect(heard).toEqual([['news.today', 'hi', 's']]);
});

it('has parts that work when they are taken out of it, in steps and in agents', async () => {
  const { clock, house } = startHouse();
  const heard: unknown[] = [];
  const seen: unknown[] = [];
  house.messages.subscribe('news', (body) => heard.push(body));
  house.events.onAny((event) => {
    if (event.type === 'step.progressed' || event.type === 'task.progressed') seen.push(event.value);
  });
  const uses = (_input: unknown, { publish, progress, ask, log, signal }: HandlerContext) => {
    log.info('at work');
    publish('news', 'told');
    progress('half');
    return [typeof ask, signal.aborted];
  };
  const ada = defineAgent('ada', { handle: uses });
  house.agents.register(ada);
  const workflow = defineWorkflow('w')
    .step('code', { run: uses })
    .step('agent', { run: ada, input: () => undefined });

  expect(await house.run(workflow, undefined)).toEqual({
    code: ['function', false],
    agent: ['function', false],
  });
  await clock.settle();
  expect(heard).toEqual(['told', 'told']);
  expect(seen).toEqual(['half', 'half']);
});

it('gives handlers the logger of the coordinator', async () => {
  const lines: unknown[][] = [];
  const note = (...items: unknown[]) => lines.push(items);
  const { house } = startHouse({ logger: { debug: note, info: note, warn: note, error: note } });
  await house.run(
    defineWorkflow('w').step('s', { run: (_scope, { log }) => log.info('hello', 5) }),
    undefined,
  );

  expect(lines).toEqual([['hello', 5]]);
});
