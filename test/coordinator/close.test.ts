import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { ClosedError, defineAgent, defineWorkflow, memoryTransport } from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { rejection, watch } from '../support/outcome.ts';
import { never, startHouse, takes, untilAborted } from '../support/workflows.ts';

const obedient = defineAgent('obedient', { concurrency: 9, handle: untilAborted });
const deaf = defineAgent('deaf', { handle: never });

it('gives every caller the promise of the first call', async () => {
  const { house } = startHouse();
  const first = house.close();

  expect(house.close({ drain: '1h' })).toBe(first);
  expect(await Promise.all([house.close(), house.close()])).toEqual([await first, await first]);
});

it('ends at once when nothing is under way', async () => {
  const { clock, house } = startHouse({ agents: [obedient] });

  expect(await house.close({ drain: '1h' })).toEqual({ drained: 0, cancelled: 0, abandoned: [] });
  expect(clock.monotonic()).toBe(0);
});

it('cancels everything under way at once, and rejects each of it with ClosedError', async () => {
  const { clock, house } = startHouse({ agents: [obedient] });
  const signals: AbortSignal[] = [];
  house.messages.respond('prices', (_body, { signal }) => {
    signals.push(signal);
    return untilAborted(undefined, { signal });
  });
  const run = house.start(defineWorkflow('w').step('s', { run: untilAborted }), undefined);
  const task = house.tasks.submit(obedient, undefined);
  const rejections = [
    house.ask(obedient, undefined),
    task.result,
    run.result,
    house.messages.request('prices', 1),
  ].map(rejection);
  await clock.settle();
  const closed = house.close();

  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect([task.status, run.status]).toEqual(['cancelled', 'cancelled']);
  for (const error of await Promise.all(rejections)) {
    expect(error).toBeInstanceOf(ClosedError);
    expect(error).toMatchObject({ code: 'CLOSED', owner: 'Coordinator', retryable: false });
  }
  expect(await closed).toEqual({ drained: 0, cancelled: 4, abandoned: [] });
  expect(clock.monotonic()).toBe(0);
  expectAtRest(house, clock);
});

it('waits for handlers that ignore their signal no longer than the grace period, and lists them', async () => {
  const { clock, house } = startHouse({ agents: [deaf], grace: 700 });
  house.messages.respond('prices', never);
  const lost = [
    house.ask(deaf, undefined),
    house.messages.request('prices', 1),
    house.run(defineWorkflow('w').step('s', { run: never }), undefined),
  ].map(rejection);
  await clock.settle();
  const closed = watch(house.close());
  await clock.advance(699);
  expect(closed.state).toBe('pending');
  await clock.advance(1);

  expect(closed.state).toBe('fulfilled');
  const { abandoned, ...counts } = closed.value as { abandoned: string[] };
  expect(counts).toEqual({ drained: 0, cancelled: 3 });
  expect(abandoned.toSorted()).toEqual(['agent "deaf"', 'responder "prices"', 'step "s"']);
  expect(await Promise.all(lost)).toHaveLength(3);
  expectAtRest(house, clock);
});

it('waits for a handler that takes a while to tidy up, and does not list it', async () => {
  const tidy = defineAgent('tidy', {
    handle: (input: unknown, context) => untilAborted(input, context).catch(takes(clock, 300)),
  });
  const { clock, house } = startHouse({ agents: [tidy] });
  const lost = rejection(house.ask(tidy, undefined));
  await clock.settle();
  const closed = watch(house.close());
  await clock.advance(299);
  expect(closed.state).toBe('pending');
  await clock.advance(1);

  expect(closed.value).toEqual({ drained: 0, cancelled: 1, abandoned: [] });
  expect(await lost).toBeInstanceOf(ClosedError);
});

it('does not hang when a handler closes the coordinator that it works for', async () => {
  const reports: unknown[] = [];
  const closer = defineAgent('closer', {
    handle: async () => {
      reports.push(await house.close());
    },
  });
  const { clock, house } = startHouse({ agents: [closer], grace: 100 });
  const lost = rejection(house.ask(closer, undefined));
  await clock.advance(100);

  expect(await lost).toBeInstanceOf(ClosedError);
  expect(reports).toEqual([{ drained: 0, cancelled: 1, abandoned: ['agent "closer"'] }]);
});

it.each<[string, (house: ReturnType<typeof startHouse>['house']) => unknown]>([
  ['ask', (house) => house.ask(obedient, 1)],
  ['run', (house) => house.run(defineWorkflow('w'), undefined)],
  ['start', (house) => house.start(defineWorkflow('w'), undefined)],
  ['tasks.submit', (house) => house.tasks.submit(obedient, 1)],
  ['tasks.ask', (house) => house.tasks.ask(obedient, 1)],
  ['agents.register', (house) => house.agents.register(deaf)],
  ['workflows.start', (house) => house.workflows.start(defineWorkflow('w'), undefined)],
  ['messages.publish', (house) => house.messages.publish('t', 1)],
  ['messages.subscribe', (house) => house.messages.subscribe('t', () => {})],
  ['messages.request', (house) => house.messages.request('t', 1)],
  ['messages.respond', (house) => house.messages.respond('t', () => {})],
  ['messages.broadcast', (house) => house.messages.broadcast('t', 1)],
])('refuses %s with ClosedError after it was closed', async (_verb, call) => {
  const { house } = startHouse({ agents: [obedient] });
  await house.close();

  expect(await rejection((async () => call(house))())).toBeInstanceOf(ClosedError);
});

it('still answers questions after it was closed', async () => {
  const { house } = startHouse({ agents: [obedient] });
  const { id } = house.start(defineWorkflow('w').step('s', { run: () => 1 }), undefined);
  await house.workflows.get(id)?.result;
  await house.close();

  expect(house.workflows.get(id)?.status).toBe('completed');
  expect(house.agents.list()).toHaveLength(1);
  expect(house.stats()).toMatchObject({ agents: { registered: 1 }, deadlines: 0, handlers: 0 });
});

it('frees its listeners, and the last event is that it was closed', async () => {
  const { clock, house } = startHouse({ agents: [obedient] });
  const heard: string[] = [];
  house.events.onAny(({ type }) => heard.push(type));
  house.events.on('coordinator.closed', (event) => heard.push(JSON.stringify(event)));
  const lost = rejection(house.ask(obedient, 1));
  await clock.settle();
  await house.close().finally(() => heard.push('resolved'));
  await lost;

  expect(heard.slice(-4)).toEqual([
    'task.cancelled',
    JSON.stringify({ type: 'coordinator.closed', at: clock.now(), drained: 0, cancelled: 1, abandoned: [] }),
    'coordinator.closed',
    'resolved',
  ]);
  expect(house.stats().events.listeners).toBe(0);
});

it('ends every stream of events after the last one', async () => {
  const { house } = startHouse();
  const types: string[] = [];
  const reading = watch(
    (async () => {
      for await (const { type } of house.events.stream()) types.push(type);
    })(),
  );
  await house.close();
  await new Promise((resolve) => setImmediate(resolve));

  expect(types).toEqual(['coordinator.closing', 'coordinator.closed']);
  expect(reading.state).toBe('fulfilled');
});

it('leaves no listener on the signals of callers', async () => {
  const { clock, house } = startHouse({ agents: [obedient] });
  const { signal } = new AbortController();
  house.messages.respond('prices', untilAborted);
  const lost = [
    house.ask(obedient, 1, { signal }),
    house.messages.request('prices', 1, { signal }),
    house.run(defineWorkflow('w').step('s', { run: untilAborted }), undefined, { signal }),
  ].map(rejection);
  await clock.settle();
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await house.close();
  await Promise.all(lost);

  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('leaves nothing in a transport of the caller: another coordinator can take its place', async () => {
  const transport = memoryTransport();
  const first = startHouse({ agents: [obedient], messages: { transport } }).house;
  first.messages.respond('prices', () => 1);
  await first.close();
  expect(transport.topics('>')).toEqual([]);

  const second = startHouse({ agents: [obedient], messages: { transport } }).house;
  second.messages.respond('prices', () => 2);
  expect(await second.messages.request('prices', undefined)).toBe(2);
});

it('closes at the end of the block that it was declared in with await using, also when the block throws', async () => {
  const { clock, house } = startHouse({ agents: [obedient] });
  const block = async () => {
    await using scoped = house;
    void rejection(scoped.ask(obedient, 1));
    await clock.settle();
    throw new Error('in the block');
  };

  expect(await rejection(block())).toMatchObject({ message: 'in the block' });
  expect(await rejection(house.ask(obedient, 1))).toBeInstanceOf(ClosedError);
  expectAtRest(house, clock);
});
