import { describe, expect, it } from 'vitest';
import { Coordinator, defineAgent, defineWorkflow, TimeoutError } from '../../src/index.ts';
import { FakeClock, Faults, InjectedFaultError } from '../../src/testing/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { rejection, watch } from '../support/outcome.ts';

/** A coordinator whose one agent things can happen to. */
function setUp(options: { readonly attempts?: number } = {}) {
  const clock = new FakeClock();
  const faults = new Faults({ clock });
  const inputs: unknown[] = [];
  const ada = defineAgent('ada', {
    description: 'adds',
    concurrency: 3,
    specializations: ['sums'],
    policy: { attempts: options.attempts ?? 1, timeout: '30s', backoff: { initial: 100, jitter: 0 } },
    handle: async (n: number) => {
      inputs.push(n);
      return n + 1;
    },
  });
  const coordinator = new Coordinator({
    clock,
    agents: [faults.agent(ada)],
    messages: { transport: faults.transport() },
  });
  return { clock, faults, inputs, ada, coordinator };
}

describe('an agent with faults', () => {
  it('is the same agent while nothing was ordered', async () => {
    const { clock, faults, ada, coordinator } = setUp();

    expect(await coordinator.ask(ada, 1)).toBe(2);
    expect(coordinator.agents.get('ada')).toMatchObject({
      description: 'adds',
      concurrency: 3,
      specializations: ['sums'],
    });
    expect(faults.struck).toBe(0);
    expectAtRest(coordinator, clock);
  });

  it('fails as often as was ordered, before it does its work', async () => {
    const { faults, ada, inputs, coordinator } = setUp();
    faults.failNext('ada', 2);
    const errors = [await rejection(coordinator.ask(ada, 1)), await rejection(coordinator.ask(ada, 2))];

    for (const { cause } of errors as Error[]) expect(cause).toBeInstanceOf(InjectedFaultError);
    expect(await coordinator.ask(ada, 3)).toBe(4);
    expect([inputs, faults.struck]).toEqual([[3], 2]);
  });

  it('fails with the error that was ordered, after it has done its work', async () => {
    const { faults, ada, inputs, coordinator } = setUp();
    const error = new Error('the answer is lost');
    faults.failNext('ada', 1, { error, after: true });

    expect(await rejection(coordinator.ask(ada, 1))).toMatchObject({ cause: error });
    expect(inputs).toEqual([1]);
  });

  it('is tried again, as its policy says', async () => {
    const { clock, faults, ada, coordinator } = setUp({ attempts: 3 });
    faults.failNext('ada', 2);
    const outcome = watch(coordinator.ask(ada, 1));
    await clock.advance(300);

    expect(outcome.value).toBe(2);
  });

  it('hangs until its time is up', async () => {
    const { clock, faults, ada, coordinator } = setUp();
    faults.hangNext('ada');
    const outcome = watch(coordinator.ask(ada, 1));
    await clock.advance('30s');
    expect(outcome.value).toBeInstanceOf(TimeoutError);
    await clock.advance('5s');

    expectAtRest(coordinator, clock);
  });

  it('takes longer from then on, until that is ended', async () => {
    const { clock, faults, ada, coordinator } = setUp();
    faults.latency('ada', '2s');
    const slow = watch(coordinator.ask(ada, 1));
    await clock.advance(1_999);
    expect(slow.state).toBe('pending');
    await clock.advance(1);
    expect(slow.value).toBe(2);
    faults.latency('ada', 0);

    expect(await coordinator.ask(ada, 1)).toBe(2);
  });

  it('never answers once it is killed, and does again when it is revived', async () => {
    const { clock, faults, ada, coordinator } = setUp();
    faults.kill('ada');
    const outcome = watch(coordinator.ask(ada, 1));
    await clock.advance('30s');
    expect(outcome.value).toBeInstanceOf(TimeoutError);
    faults.revive('ada');

    expect(await coordinator.ask(ada, 1)).toBe(2);
  });

  it('is spared when everything is taken back', async () => {
    const { faults, ada, coordinator } = setUp();
    faults.failNext('ada', 5);
    faults.kill('ada');
    faults.drop('agent.ada');
    faults.clear();

    expect(await coordinator.ask(ada, 1)).toBe(2);
  });
});

it('strikes steps that are plain code by the name they are given', async () => {
  const { faults, coordinator } = setUp();
  const workflow = defineWorkflow('one').step('step', { run: faults.step('step', () => 'done') });
  faults.failNext('step');

  expect(await rejection(coordinator.run(workflow, undefined))).toMatchObject({ code: 'RUN_FAILED' });
  expect(await coordinator.run(workflow, undefined)).toEqual({ step: 'done' });
});

describe('a transport with faults', () => {
  it('loses as many as was ordered', async () => {
    const { clock, faults, coordinator } = setUp();
    const got: unknown[] = [];
    coordinator.messages.subscribe('news', (body) => got.push(body));
    faults.drop('news', 2);
    for (const n of [1, 2, 3]) coordinator.messages.publish('news', n);
    await clock.settle();

    expect(got).toEqual([3]);
  });

  it('delays messages to a topic, in their order', async () => {
    const { clock, faults, coordinator } = setUp();
    const got: unknown[] = [];
    coordinator.messages.subscribe('>', (body) => got.push(body));
    faults.latency('news', 50);
    coordinator.messages.publish('news', 1);
    coordinator.messages.publish('other', 2);
    await clock.advance(10);
    faults.latency('news', 0);
    coordinator.messages.publish('news', 3);
    await clock.advance(40);

    expect(got).toEqual([2, 1, 3]);
  });

  it('brings requests twice, which are answered once', async () => {
    const { clock, faults, coordinator } = setUp();
    let calls = 0;
    coordinator.messages.respond('count', () => ++calls);
    faults.repeat('count');
    const answer = await coordinator.messages.request('count', undefined);
    await clock.advance(10);

    expect([answer, calls]).toEqual([1, 1]);
  });

  it('cuts nodes off and connects them again', async () => {
    const clock = new FakeClock();
    const faults = new Faults({ clock });
    const node = (name: string) =>
      new Coordinator({ clock, messages: { transport: faults.transport(name), timeout: 100 } });
    const [here, there] = [node('here'), node('there')];
    const news: unknown[] = [];
    there.messages.respond('desk', () => 'hello');
    there.messages.subscribe('news', (body) => news.push(body));
    const ask = async () => {
      const outcome = watch(here.messages.request('desk', undefined));
      here.messages.publish('news', outcome);
      await clock.advance(100);
      return (outcome.value as { code?: string }).code ?? outcome.value;
    };
    const answers = [await ask()];
    faults.partition('there');
    answers.push(await ask());
    faults.heal();
    answers.push(await ask());

    expect(answers).toEqual(['hello', 'TIMEOUT', 'hello']);
    expect(news).toHaveLength(2);
  });
});

it.each([
  ['times', (faults: Faults) => faults.failNext('ada', -1)],
  ['times', (faults: Faults) => faults.hangNext('ada', 1.5)],
  ['times', (faults: Faults) => faults.drop('topic', Number.NaN)],
  ['time', (faults: Faults) => faults.latency('ada', Number.POSITIVE_INFINITY)],
])('refuses %s that make no sense', (option, order) => {
  expect(() => order(new Faults())).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS', option }));
});
