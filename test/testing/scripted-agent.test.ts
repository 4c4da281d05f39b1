import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Coordinator, defineCapability, defineWorkflow } from '../../src/index.ts';
import { ScriptEndedError, scriptedAgent } from '../../src/testing/scripted-agent.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { houseWith } from '../support/house.ts';
import { rejection, thrownBy, watch } from '../support/outcome.ts';
import { untilAborted } from '../support/workflows.ts';

const translate = defineCapability<{ text: string }, string>('translate');

describe('a scripted agent', () => {
  it('gives each call the next output of its script', async () => {
    const agent = scriptedAgent('ada').replies('a', { b: 1 }).thenReplies(undefined, null);
    const { house } = houseWith({ agents: [agent] });

    const outputs = [
      await house.ask(agent, 1),
      await house.ask('ada', 2),
      await house.ask(agent, 3),
      await house.ask(agent, 4),
    ];

    expect(outputs).toEqual(['a', { b: 1 }, undefined, null]);
    expect(agent.remaining).toBe(0);
  });

  it('calls a function of its script with the input and the context, and gives what it resolves to', async () => {
    const agent = scriptedAgent('ada', { capabilities: [translate] }).replies(
      ({ text }) => text.toUpperCase(),
      async ({ text }, ctx) => `${text} by ${ctx.agent} at attempt ${ctx.attempt}`,
    );
    const { house } = houseWith({ agents: [agent] });

    expect(await house.ask(translate, { text: 'tea' })).toBe('TEA');
    expect(await house.ask(translate, { text: 'tea' })).toBe('tea by ada at attempt 1');
  });

  it('is found by its capabilities and works within its limits, like any other', async () => {
    const agent = scriptedAgent('ada', {
      capabilities: ['work'],
      specializations: ['oceans'],
      concurrency: 2,
      description: 'writes',
      policy: { attempts: 2, backoff: { initial: 0 } },
    });
    const { clock, house } = houseWith({ agents: [agent.thenFails('once').thenReplies('done')] });

    expect(house.agents.get('ada')).toMatchObject({
      capabilities: ['work'],
      specializations: ['oceans'],
      concurrency: 2,
      description: 'writes',
    });
    const work = watch(house.ask({ capabilities: ['work'], specializations: ['oceans'] }, 1));
    await clock.advance(0);

    expect(work.value).toBe('done');
  });

  it('is a step of a workflow, and fails as its script says until it replies', async () => {
    const flaky = scriptedAgent<number, string>('flaky')
      .thenFails(new TypeError('overloaded'), 2)
      .thenReplies('ok');
    const { clock, house } = houseWith({ agents: [flaky] });
    const workflow = defineWorkflow<number>('w')
      .step('s', {
        run: flaky,
        input: ({ input }) => input,
        policy: { attempts: 3, backoff: { initial: 10, jitter: 0 } },
      })
      .output(({ s }) => s);
    const run = house.start(workflow, 5);
    await clock.advance(30);

    expect(await run.result).toBe('ok');
    expect(flaky.calls.map(({ input, attempt }) => [input, attempt])).toEqual([
      [5, 1],
      [5, 2],
      [5, 3],
    ]);
  });

  it('throws what it is told to, as it is', async () => {
    const thrown = { any: 'thing' };
    const agent = scriptedAgent('ada').thenFails(thrown).thenFails();
    const { house } = houseWith({ agents: [agent] });

    expect(await rejection(house.ask(agent, 1))).toMatchObject({ code: 'HANDLER_FAILED', cause: thrown });
    expect(((await rejection(house.ask(agent, 2))) as Error).cause).toBeInstanceOf(Error);
  });

  it('fails after the end of its script, and is not tried again', async () => {
    const agent = scriptedAgent('ada').replies(1);
    const { house } = houseWith({ agents: [agent] });
    await house.ask(agent, 0);
    const error = (await rejection(house.ask(agent, 0, { policy: { attempts: 5 } }))) as Error;

    expect(error.cause).toBeInstanceOf(ScriptEndedError);
    expect(error.cause).toMatchObject({ code: 'SCRIPT_ENDED', agent: 'ada', entries: 1, retryable: false });
    expect(agent.calls).toHaveLength(2);
  });

  it('repeats its last entry where it is told to, and fails without any', async () => {
    const agent = scriptedAgent('ada', { atEnd: 'repeat' });
    const { house } = houseWith({ agents: [agent] });
    const empty = (await rejection(house.ask(agent, 0))) as Error;
    agent.replies('next', 'last');

    expect(empty.cause).toBeInstanceOf(ScriptEndedError);
    const outputs = [await house.ask(agent, 0), await house.ask(agent, 0), await house.ask(agent, 0)];
    expect(outputs).toEqual(['next', 'last', 'last']);
    expect([agent.remaining, agent.calls.length]).toEqual([0, 4]);
  });

  it('hangs until its signal aborts, and then ends at once', async () => {
    const agent = scriptedAgent('ada').thenHangs();
    const { clock, house } = houseWith({ agents: [agent] });
    const outcome = watch(house.ask(agent, 1, { timeout: 100 }));
    await clock.advance(99);
    expect(outcome.state).toBe('pending');
    await clock.advance(1);

    expect(outcome.value).toMatchObject({ code: 'TIMEOUT' });
    expect(agent.calls[0]?.context.signal.aborted).toBe(true);
    expectAtRest(house, clock);
  });

  it('ignores its signal, and keeps its slot for the grace period', async () => {
    const agent = scriptedAgent('ada').thenIgnores().thenReplies('next');
    const { clock, house } = houseWith({ agents: [agent], grace: 50 });
    watch(house.ask(agent, 1, { timeout: 100 }));
    const next = watch(house.ask(agent, 2));
    await clock.advance(149);
    expect([house.stats().handlers, next.state]).toEqual([1, 'pending']);
    await clock.advance(1);

    expect(next.value).toBe('next');
    expect(house.stats().tasks.abandoned).toBe(1);
  });

  it('takes its time on the clock, and stops with its signal without leaving a timer or a listener', async () => {
    const { clock, house } = houseWith();
    const agent = scriptedAgent('ada', { clock })
      .thenTakes('2s', 'a')
      .thenTakes(2_000, () => 'b');
    house.agents.register(agent);
    const first = watch(house.ask(agent, 1));
    await clock.advance(1_999);
    expect(first.state).toBe('pending');
    await clock.advance(1);
    expect(first.value).toBe('a');
    const second = house.tasks.submit(agent, 2);
    await clock.advance(1_000);
    second.cancel();
    await clock.settle();

    expect(second.status).toBe('cancelled');
    expectAtRest(house, clock);
  });

  it('ignores its signal for a time, and is late then', async () => {
    const { clock, house } = houseWith({ grace: '1m' });
    const agent = scriptedAgent('ada', { clock }).thenIgnores(500, 'late');
    house.agents.register(agent);
    watch(house.ask(agent, 1, { timeout: 100 }));
    await clock.advance(499);
    expect(house.stats().handlers).toBe(1);
    await clock.advance(1);

    expectAtRest(house, clock);
  });

  it('tells in what order the calls of several agents started', async () => {
    const [one, other] = [scriptedAgent('one').replies(1, 2), scriptedAgent('other').replies(3)];
    const { house } = houseWith({ agents: [one, other] });
    await house.ask(one, 'a');
    await house.ask(other, 'b');
    await house.ask(one, 'c');
    const calls = [...one.calls, ...other.calls].toSorted((a, b) => a.order - b.order);

    expect(calls.map(({ input }) => input)).toEqual(['a', 'b', 'c']);
  });

  it('takes more entries while a call is under way', async () => {
    const agent = scriptedAgent('ada', { concurrency: 2 }).replies(untilAborted);
    const { clock, house } = houseWith({ agents: [agent] });
    const hanging = house.tasks.submit(agent, 1);
    await clock.settle();
    agent.thenReplies('added');

    expect(await house.ask(agent, 2)).toBe('added');
    hanging.cancel();
    await clock.settle();
    expectAtRest(house, clock);
  });
});

it.each([
  ['an unknown option', () => scriptedAgent('a', { colour: 'red' } as never), 'colour'],
  ['a handler', () => scriptedAgent('a', { handle: () => 1 } as never), 'handle'],
  ['another end', () => scriptedAgent('a', { atEnd: 'stop' as never }), 'atEnd'],
  ['a wait without a clock', () => scriptedAgent('a').thenTakes(5), 'clock'],
  ['a deaf wait without a clock', () => scriptedAgent('a').thenIgnores(5), 'clock'],
  ['a wait for ever', () => scriptedAgent('a').thenTakes(Number.POSITIVE_INFINITY), 'time'],
  ['what is no clock', () => scriptedAgent('a', { clock: null as never }), 'clock'],
  ['no times', () => scriptedAgent('a').thenFails('x', 0), 'times'],
])('refuses %s', (_what, make, option) => {
  expect(thrownBy(make)).toMatchObject({ code: 'INVALID_OPTIONS', option });
});

it('has the types of its capabilities, or those that are said', () => {
  const agent = scriptedAgent('ada', { capabilities: [translate] });
  const named = scriptedAgent<string, number>('bob');
  const check = (house: Coordinator): void => {
    expectTypeOf(house.ask(agent, { text: 'tea' })).resolves.toEqualTypeOf<string>();
    expectTypeOf(house.ask(named, 'tea')).resolves.toEqualTypeOf<number>();
    // @ts-expect-error a number is no text
    agent.replies(5);
    // @ts-expect-error neither is what this gives
    agent.replies(() => 5);
    // @ts-expect-error nor this
    named.thenReplies('five');
    agent.replies(
      'a',
      ({ text }) => text,
      async ({ text }, { attempt }) => `${text}${attempt}`,
    );
    scriptedAgent('untyped').replies((input) => input, 1, 'text');
  };

  expectTypeOf(check).returns.toBeVoid();
  expectTypeOf(agent.calls).items.toHaveProperty('input').toEqualTypeOf<{ text: string }>();
});
