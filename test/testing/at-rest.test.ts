import { expect, it } from 'vitest';
import { defineWorkflow } from '../../src/index.ts';
import { expectAtRest, type Leftover, NotAtRestError } from '../../src/testing/at-rest.ts';
import { deskAgent, houseWith, namedAgent } from '../support/house.ts';
import { thrownBy, watch } from '../support/outcome.ts';
import { never } from '../support/workflows.ts';

/** What is left, by name; empty at rest. */
function left(check: () => void): Record<string, number> {
  const thrown = thrownBy(() => {
    check();
    throw new NotAtRestError([]);
  });
  expect(thrown).toBeInstanceOf(NotAtRestError);
  return Object.fromEntries(
    (thrown as NotAtRestError).leftovers.map(({ what, count }: Leftover) => [what, count]),
  );
}

it('holds for a coordinator that has done nothing, and for one whose work has ended', async () => {
  const { clock, house } = houseWith({ agents: [namedAgent('ada')] });
  expectAtRest(house, { clock });
  await house.ask('ada', 1);
  await house.run(defineWorkflow('w').step('s', { run: () => 1 }), undefined);
  await clock.settle();

  expectAtRest(house, { clock });
});

it('names waiting and running tasks, their handlers, deadlines and timers, until they are gone', async () => {
  const { agent, desk } = deskAgent('ada');
  const { clock, house } = houseWith({ agents: [agent] });
  for (const n of [1, 2, 3]) watch(house.ask(agent, n));
  await clock.settle();
  const under = left(() => expectAtRest(house, { clock }));
  expect(under).toMatchObject({ 'waiting tasks': 2, 'tasks at an agent': 1, 'running handlers': 1 });
  expect(under['deadlines']).toBeGreaterThan(0);
  expect(under['timers of the clock']).toBeGreaterThan(0);
  for (const index of [0, 1, 2]) {
    desk.job(index).finish();
    await clock.settle();
  }

  expectAtRest(house, { clock });
});

it('names open requests, those that wait and those at a responder', async () => {
  const { clock, house } = houseWith();
  house.messages.respond('desk', never, { concurrency: 1 });
  for (const n of [1, 2]) watch(house.messages.request('desk', n, { timeout: Infinity }));
  await clock.settle();

  expect(left(() => expectAtRest(house, { clock }))).toEqual({
    'pending requests': 2,
    'waiting requests': 1,
    'requests at a responder': 1,
    'running handlers': 1,
  });
});

it('names runs', async () => {
  const { clock, house } = houseWith();
  watch(house.run(defineWorkflow('w').step('s', { run: never }), undefined));
  await clock.settle();

  expect(left(() => expectAtRest(house, { clock }))).toMatchObject({
    'active runs': 1,
    'running handlers': 1,
  });
});

it('names what is a listener on a signal of the caller’s, and a timer that nobody cancelled', async () => {
  const { agent, desk } = deskAgent('ada');
  const { clock, house } = houseWith({ agents: [agent] });
  const { signal } = new AbortController();
  watch(house.ask(agent, 1, { signal }));
  await clock.settle();
  expect(left(() => expectAtRest(house, { signals: [signal] }))).toMatchObject({ 'listeners on signals': 1 });
  desk.job(0).finish();
  await clock.settle();
  expectAtRest(house, { clock, signals: [signal] });
  clock.schedule(() => {}, 5);

  expect(left(() => expectAtRest(house, { clock }))).toEqual({ 'timers of the clock': 1 });
});

it('says in its message what is left', async () => {
  const { agent } = deskAgent('ada');
  const { clock, house } = houseWith({ agents: [agent] });
  watch(house.ask(agent, 1));
  watch(house.ask(agent, 2));
  await clock.settle();
  const error = thrownBy(() => expectAtRest(house));

  expect(error).toMatchObject({ code: 'NOT_AT_REST', retryable: false });
  expect((error as Error).message).toMatch(
    /not at rest: .*1 running handlers.*1 waiting tasks, 1 tasks at an agent/,
  );
});
