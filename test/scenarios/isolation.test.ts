import { expect, it } from 'vitest';
import { defineAgent, defineCapability, defineWorkflow } from '../../src/index.ts';
import { expectAtRest, expectHealthy } from '../support/at-rest.ts';
import { watch } from '../support/outcome.ts';
import { never, startHouse, takes } from '../support/workflows.ts';

const work = defineCapability<number, number>('work');

it('holds up no other agent, topic or run because one of each hangs', async () => {
  const { clock, house } = startHouse();
  const double = defineAgent('double', { capabilities: [work], handle: (n) => takes(clock, 10, n * 2)() });
  house.agents.register(double);
  house.agents.register(defineAgent('stuck', { handle: never }));
  house.messages.respond('stuck', never, { concurrency: 1 });
  house.messages.respond('quick', takes(clock, 10, 'quick'));
  house.messages.subscribe('news', never);
  const heard: unknown[] = [];
  house.messages.subscribe('news', (body) => heard.push([body, clock.monotonic()]));
  const stuckRun = defineWorkflow('stuck').step('s', { run: never });
  const run = defineWorkflow('quick').step('s', { run: work, input: () => 21 });

  const stuck = [
    house.ask('stuck', 1),
    house.ask('stuck', 2),
    house.messages.request('stuck', 1),
    house.messages.request('stuck', 2),
    house.run(stuckRun, undefined),
  ].map(watch);
  house.messages.publish('news', 'hi');
  const quick = [house.ask(work, 1), house.messages.request('quick', 1)].map(watch);
  const ran = watch(house.run(run, undefined));
  await clock.advance(10);

  expect(quick.map(({ value }) => value)).toEqual([2, 'quick']);
  expect(heard).toEqual([['hi', 0]]);
  await clock.advance(10);
  expect(ran.value).toEqual({ s: 42 });
  expect(stuck.map(({ state }) => state)).toEqual(Array(5).fill('pending'));
  await clock.advance(600_000);
  expect(stuck.map(({ state }) => state)).toEqual(Array(5).fill('rejected'));
  await clock.advance(5_000);
  await expectHealthy(house);
  expectAtRest(house, clock);
});

it('runs the steps of many workflows through few agents, each in its order, none twice', async () => {
  const { clock, house } = startHouse();
  let active = 0;
  let peak = 0;
  const done: number[] = [];
  for (const name of ['ada', 'bob', 'eve']) {
    house.agents.register(
      defineAgent(name, {
        capabilities: [work],
        concurrency: 2,
        handle: async (n) => {
          peak = Math.max(peak, ++active);
          await takes(clock, (n * 7) % 11)();
          active--;
          done.push(n);
          return n;
        },
      }),
    );
  }
  const chain = defineWorkflow<number>('chain')
    .step('a', { run: work, input: ({ input }) => input * 10 })
    .step('b', { run: work, input: ({ a }) => a + 1, after: ['a'] })
    .step('c', { run: work, input: ({ b }) => b + 1, after: ['b'] })
    .output(({ c }) => c);

  const runs = Promise.all(Array.from({ length: 50 }, (_, i) => house.run(chain, i)));
  await clock.advance(10_000);

  expect(await runs).toEqual(Array.from({ length: 50 }, (_, i) => i * 10 + 2));
  expect(peak).toBe(6);
  expect(done.toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 50 }, (_, i) => [i * 10, i * 10 + 1, i * 10 + 2]).flat(),
  );
  for (let i = 0; i < 50; i++)
    expect(done.filter((n) => Math.floor(n / 10) === i)).toEqual([0, 1, 2].map((k) => i * 10 + k));
  expectAtRest(house, clock);
});

it('gives the step of a leaving agent to another one when the policy allows it', async () => {
  const { clock, house } = startHouse();
  const tried: string[] = [];
  const agent = (name: string) =>
    defineAgent(name, {
      capabilities: [work],
      handle: (n) => {
        tried.push(name);
        return takes(clock, 100, n)();
      },
    });
  house.agents.register(agent('ada'));
  const run = house.start(
    defineWorkflow('w').step('s', {
      run: work,
      input: () => 1,
      policy: { attempts: 2, backoff: { initial: 10, jitter: 0 } },
    }),
    undefined,
  );
  await clock.advance(50);
  house.agents.register(agent('bob'));
  await house.agents.unregister('ada');
  await clock.advance(200);

  expect(await run.result).toEqual({ s: 1 });
  expect(tried).toEqual(['ada', 'bob']);
  expectAtRest(house, clock);
});

it('fails a step for a capability that nobody serves, at once, and runs it once somebody has come', async () => {
  const { clock, house } = startHouse();
  const once = defineWorkflow('w').step('s', { run: work, input: () => 1 });
  const patient = defineWorkflow('w', {
    policy: { attempts: 5, backoff: { initial: 100, factor: 1, jitter: 0 } },
  }).step('s', { run: work, input: () => 1 });
  const [impatient, waits] = [house.start(once, undefined), house.start(patient, undefined)];
  const lost = watch(impatient.result);
  await clock.advance(250);

  expect(lost.value).toMatchObject({ cause: { code: 'NO_CANDIDATE', target: 'work', rejections: [] } });
  expect(waits.status).toBe('running');
  house.agents.register(defineAgent('late', { capabilities: [work], handle: (n) => n }));
  await clock.advance(50);
  expect(await waits.result).toEqual({ s: 1 });
  expectAtRest(house, clock);
});
