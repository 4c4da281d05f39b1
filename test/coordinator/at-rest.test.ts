import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineAgent, defineCapability, defineWorkflow } from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { rejection } from '../support/outcome.ts';
import { failing, never, startHouse, takes, untilAborted } from '../support/workflows.ts';

const text = defineCapability('text', { input: z.string(), output: z.string() });

it('has nothing left after work of every kind that ended well', async () => {
  const { clock, house } = startHouse();
  house.agents.register(
    defineAgent('ada', { capabilities: [text], handle: (topic) => takes(clock, 10, `${topic}!`)() }),
  );
  house.messages.respond('prices', takes(clock, 5, 42));
  house.messages.subscribe('news.>', takes(clock, 5));
  const workflow = defineWorkflow('w', { deadline: '1h' }).step('s', { run: text, input: () => 'x' });
  const { signal } = new AbortController();
  const work = Promise.all([
    house.ask(text, 'a', { signal }),
    house.ask(text, 'b', { timeout: '1m', signal }),
    house.messages.request('prices', 1, { signal }),
    house.run(workflow, undefined, { signal }),
  ]);
  house.messages.publish('news.today', 1);
  await clock.advance(100);
  await work;

  expectAtRest(house, clock);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('has nothing left after failures, timeouts, retries, refusals and cancellations', async () => {
  const { clock, house } = startHouse({ grace: 100 });
  house.agents.register(defineAgent('fails', { handle: failing(Array(9).fill('no')).handle }));
  house.agents.register(defineAgent('hangs', { handle: never }));
  house.agents.register(defineAgent('liar', { capabilities: [text], handle: () => 5 as never }));
  house.messages.respond('broken', failing(Array(9).fill('no')).handle);
  house.messages.respond('hangs', never);
  const controller = new AbortController();
  const { signal } = controller;
  const flaky = defineWorkflow('flaky', { policy: { attempts: 3 } }).step('s', {
    run: failing(Array(9).fill('no')).handle,
  });
  const lost = [
    house.ask('fails', 1, { policy: { attempts: 3 } }),
    house.ask('hangs', 1, { timeout: 50 }),
    house.ask('hangs', 1, { signal }),
    house.ask('nobody', 1),
    house.ask(text, 'x'),
    house.ask(text, 5 as never),
    house.messages.request('broken', 1),
    house.messages.request('hangs', 1, { timeout: 50 }),
    house.messages.request('hangs', 1, { signal }),
    house.messages.request('nobody', 1),
    house.run(flaky, undefined),
    house.run(defineWorkflow('hangs', { deadline: 80 }).step('s', { run: never }), undefined),
    house.run(defineWorkflow('hangs').step('s', { run: untilAborted }), undefined, { signal }),
  ].map(rejection);
  await clock.advance(200);
  controller.abort();
  await clock.advance(10_000);
  await Promise.all(lost);

  expectAtRest(house, clock);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(house.stats().tasks.abandoned).toBeGreaterThan(0);
});

it('counts sizes, caps and load in one place', async () => {
  const { clock, house } = startHouse({
    messages: { pending: 7 },
    tasks: { queue: 8 },
    workflows: { runs: 9, retention: { runs: 3 } },
  });
  house.agents.register(defineAgent('ada', { concurrency: 2, handle: takes(clock, 10) }));
  house.agents.register(defineAgent('bob', { handle: takes(clock, 10) }));
  const asked = [house.ask('ada', 1), house.ask('ada', 1), house.ask('ada', 1), house.ask('bob', 1)];
  await clock.settle();

  expect(house.stats()).toMatchObject({
    agents: { registered: 2, activeTasks: { ada: 2, bob: 1 } },
    messages: { pendingLimit: 7 },
    tasks: { waiting: 1, waitingLimit: 8, active: 3, submitted: 4 },
    workflows: { activeLimit: 9, retainedLimit: 3 },
    handlers: 3,
  });
  await clock.advance(100);
  await Promise.all(asked);
  expect(house.stats().agents.activeTasks).toEqual({ ada: 0, bob: 0 });
});

it('stays the same size over 2,000 rounds of work', async () => {
  const { clock, house } = startHouse();
  const ada = defineAgent('ada', { capabilities: [text], handle: (topic) => topic });
  house.agents.register(ada);
  house.messages.respond('echo', (body) => body);
  const workflow = defineWorkflow<string>('w', { deadline: '1m' })
    .step('s', { run: text, input: ({ input }) => input })
    .output(({ s }) => s);
  const { signal } = new AbortController();
  for (let round = 0; round < 2_000; round++) {
    await Promise.all([
      house.ask(ada, 'x', { signal }),
      house.run(workflow, 'y', { signal }),
      house.messages.request('echo', 'z', { signal }),
    ]);
  }

  expectAtRest(house, clock);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(house.stats().workflows).toMatchObject({ completed: 2_000, retained: 100 });
});
