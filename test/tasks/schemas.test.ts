import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  defineAgent,
  defineCapability,
  defineWorkflow,
  type Schema,
  SchemaViolationError,
} from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { houseWith } from '../support/house.ts';
import { raise, rejection, thrownBy, watch } from '../support/outcome.ts';

const never = new Promise<never>(() => {});
const facts: [string, Schema<{ facts: { text: string }[] }>][] = [
  ['zod', z.object({ facts: z.array(z.object({ text: z.string() })) })],
  [
    'zod, asynchronous',
    z.object({ facts: z.array(z.object({ text: z.string().refine(async () => true) })) }),
  ],
  ['valibot', v.object({ facts: v.array(v.object({ text: v.string() })) })],
  [
    'valibot, asynchronous',
    v.objectAsync({
      facts: v.pipeAsync(
        v.array(v.object({ text: v.string() })),
        v.checkAsync(async () => true),
      ),
    }),
  ],
];
const good = { facts: [{ text: 'a' }] };
const bad = { facts: [{ text: 'a' }, { text: 5 }] };

describe.each(facts)('with a schema of %s', (_library, schema) => {
  const setUp = (output: unknown = good) => {
    const capability = defineCapability('research', { input: schema, output: schema });
    const inputs: unknown[] = [];
    const agent = defineAgent('ada', {
      capabilities: [capability],
      handle: (input) => {
        inputs.push(input);
        return output as typeof good;
      },
    });
    return { capability, inputs, ...houseWith({ agents: [agent] }) };
  };

  it('good input and output pass', async () => {
    const { capability, house, inputs } = setUp();

    expect(await house.ask(capability, good)).toEqual(good);
    expect(inputs).toEqual([good]);
  });

  it('bad input is refused by its path, and no agent sees it', async () => {
    const { capability, clock, house, inputs } = setUp();
    const error = await rejection(house.ask(capability, bad as never));

    expect(error).toBeInstanceOf(SchemaViolationError);
    expect(error).toMatchObject({ code: 'SCHEMA_VIOLATION', where: 'input of "research"', retryable: false });
    expect((error as SchemaViolationError).issues.map(({ path }) => path)).toEqual(['facts.1.text']);
    expect((error as Error).message).toContain('facts.1.text');
    expect(inputs).toEqual([]);
    expectAtRest(house, clock);
  });

  it('bad output is refused by its path, and counts as the agent’s failure', async () => {
    const { capability, clock, house } = setUp(bad);
    const error = await rejection(house.ask(capability, good));

    expect(error).toMatchObject({ code: 'SCHEMA_VIOLATION', where: 'output of "research"', retryable: true });
    expect((error as SchemaViolationError).issues.map(({ path }) => path)).toEqual(['facts.1.text']);
    expect(house.agents.get('ada')).toMatchObject({ failed: 1, completed: 0 });
    expectAtRest(house, clock);
  });

  it('applies when the agent is asked by name, by requirement or by message, too', async () => {
    const { house, inputs } = setUp();

    for (const ask of [
      () => house.ask('ada', bad),
      () => house.ask({ capabilities: ['research'] }, bad),
      () => house.messages.request('agent.ada', bad),
    ]) {
      expect(await rejection(ask())).toMatchObject({ code: 'SCHEMA_VIOLATION' });
    }
    expect(inputs).toEqual([]);
  });
});

const transforming = defineCapability('double', {
  input: z.string().transform((text) => text.length),
  output: z.number().transform((n) => `${n}`),
});

it('hands on what the schemas make of input and output, and asks them once for each', async () => {
  const seen: unknown[] = [];
  const agent = defineAgent('ada', {
    capabilities: [transforming],
    handle: (length) => {
      seen.push(length);
      return length * 2;
    },
  });
  const { house } = houseWith({ agents: [agent] });

  expect(await house.ask(transforming, 'abc')).toBe('6');
  expect(seen).toEqual([3]);
});

it('gives the same input to every attempt', async () => {
  const seen: unknown[] = [];
  const agent = defineAgent('ada', {
    capabilities: [transforming],
    handle: (length) => (seen.push(length) < 3 ? raise(new Error('again')) : length),
  });
  const { clock, house } = houseWith({ agents: [agent] });
  const outcome = watch(house.ask(transforming, 'abc', { policy: { attempts: 3 } }));
  await clock.advance(60_000);

  expect({ output: outcome.value, seen }).toEqual({ output: '3', seen: [3, 3, 3] });
});

it('tries again after a bad output where the policy has another attempt', async () => {
  const capability = defineCapability('count', { output: z.number() });
  let attempts = 0;
  const agent = defineAgent('ada', {
    capabilities: [capability],
    handle: () => (++attempts === 1 ? ('one' as never) : 2),
  });
  const { clock, house } = houseWith({ agents: [agent] });
  const outcome = watch(house.ask(capability, 1, { policy: { attempts: 2 } }));
  await clock.advance(1_000);

  expect(outcome.value).toBe(2);
});

it('tries a step again after a bad output where the agent’s policy has another attempt', async () => {
  const capability = defineCapability('count', { output: z.number() });
  let attempts = 0;
  const agent = defineAgent('ada', {
    capabilities: [capability],
    policy: { attempts: 2 },
    handle: () => (++attempts === 1 ? ('one' as never) : 2),
  });
  const { clock, house } = houseWith({ agents: [agent] });
  const flow = defineWorkflow('flow')
    .step('only', { run: capability, input: () => 1 })
    .output(({ only }) => only);
  const outcome = watch(house.run(flow, undefined));
  await clock.advance(1_000);

  expect(outcome.value).toBe(2);
});

const broken: [string, Schema['~standard']['validate']][] = [
  ['throws', () => raise(new TypeError('no schema'))],
  ['rejects', () => Promise.reject(new TypeError('no schema'))],
];
it.each(broken)(
  'a schema that %s is a violation with what it threw as the cause',
  async (_what, validate) => {
    const schema: Schema = { '~standard': { version: 1, vendor: 'own', validate } };
    for (const [side, retryable] of [
      ['input', false],
      ['output', true],
    ] as const) {
      const capability = defineCapability('odd', { [side]: schema });
      const { house } = houseWith({
        agents: [defineAgent('ada', { capabilities: [capability], handle: () => 1 })],
      });
      const error = await rejection(house.ask(capability, 1));

      expect(error).toMatchObject({ code: 'SCHEMA_VIOLATION', where: `${side} of "odd"`, retryable });
      expect((error as Error).cause).toBeInstanceOf(TypeError);
    }
  },
);

it('refuses bad input of submit at once, and fails the task where the schema is asynchronous', async () => {
  const [sync, async] = [z.string(), z.string().refine(async (text) => text !== 'bad')];
  const capabilities = [
    defineCapability('sync', { input: sync }),
    defineCapability('async', { input: async }),
  ] as const;
  const { clock, house } = houseWith({ agents: [defineAgent('ada', { capabilities, handle: () => 1 })] });
  expect(thrownBy(() => house.tasks.submit(capabilities[0], 5 as never))).toBeInstanceOf(
    SchemaViolationError,
  );
  expect(house.tasks.stats().submitted).toBe(0);
  const handle = house.tasks.submit(capabilities[1], 'bad');
  await clock.settle();

  expect(handle.status).toBe('failed');
  expect(await rejection(handle.result)).toBeInstanceOf(SchemaViolationError);
});

describe('while an asynchronous schema works', () => {
  const setUp = (side: 'input' | 'output', validate: () => Promise<{ value: unknown }>) => {
    const clock = new FakeClock();
    const schema: Schema = { '~standard': { version: 1, vendor: 'own', validate: () => validate() } };
    const capability = defineCapability('slow', { [side]: schema });
    const starts: number[] = [];
    const agent = defineAgent('ada', {
      capabilities: [capability],
      handle: () => starts.push(clock.monotonic()),
    });
    return { capability, starts, ...houseWith({ clock, agents: [agent] }), clock };
  };

  it.each(['input', 'output'] as const)('the time of the task goes on: %s', async (side) => {
    const { capability, clock, house } = setUp(side, () => never);
    const outcome = watch(house.ask(capability, 1, { timeout: 100 }));
    await clock.advance(99);
    expect(outcome.state).toBe('pending');
    await clock.advance(1);

    expect(outcome.value).toMatchObject({ code: 'TIMEOUT', timeoutMs: 100 });
    expectAtRest(house, clock);
  });

  it.each(['input', 'output'] as const)('the task can be cancelled: %s', async (side) => {
    let release = (_result: { value: unknown }) => {};
    const { capability, clock, house, starts } = setUp(
      side,
      () => new Promise((resolve) => (release = resolve)),
    );
    const handle = house.tasks.submit(capability, 1);
    await clock.settle();
    handle.cancel('enough');
    release({ value: 1 });
    await clock.settle();

    expect(await rejection(handle.result)).toMatchObject({ code: 'CANCELLED', cause: 'enough' });
    expect([handle.status, starts.length]).toEqual(['cancelled', side === 'input' ? 0 : 1]);
    expectAtRest(house, clock);
  });

  it.each(['input', 'output'] as const)(
    'a loop that was blocked past the deadline makes it a timeout: %s',
    async (side) => {
      let release = (_result: { value: unknown }) => {};
      const { capability, clock, house } = setUp(side, () => new Promise((resolve) => (release = resolve)));
      const outcome = watch(house.ask(capability, 1, { timeout: 100 }));
      await clock.settle();
      clock.stall(100);
      release({ value: 1 });
      await clock.settle();

      expect(outcome.value).toMatchObject({ code: 'TIMEOUT' });
    },
  );

  it('the time of an attempt begins when the agent gets it', async () => {
    let release = (_result: { value: unknown }) => {};
    const { capability, clock, house, starts } = setUp(
      'input',
      () => new Promise((resolve) => (release = resolve)),
    );
    const outcome = watch(house.ask(capability, 1, { policy: { timeout: 50 } }));
    await clock.advance(200);
    release({ value: 1 });
    await clock.settle();

    expect([starts, outcome.state]).toEqual([[200], 'fulfilled']);
  });
});
