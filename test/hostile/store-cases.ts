import assert from 'node:assert/strict';
import {
  Coordinator,
  defineWorkflow,
  type Journal,
  memoryStore,
  type Records,
  type Store,
} from '../../src/index.ts';
import { type Case, raise } from './case.ts';
import { checkCivil } from './handler-ends.ts';
import { outcomeOf } from './outcome.ts';
import type { World } from './world.ts';

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

/** What a store that is not what it says may do when it is called. */
const answers: Readonly<Record<string, () => unknown>> = {
  'throws an error': () => raise(new Error('own')),
  'throws undefined': () => raise(undefined),
  'rejects with an error': () => Promise.reject(new Error('own')),
  'rejects with undefined': () => Promise.reject(undefined),
  'rejects with text': () => Promise.reject('text'),
  'rejects with what cannot be read': () =>
    Promise.reject(new Proxy({}, { get: () => raise(new Error('trap')) })),
  'gives nothing': () => undefined,
  'gives null': async () => null,
  'gives not a number': async () => Number.NaN,
  'gives text': async () => 'text',
  'gives an empty object': async () => ({}),
  'gives a revoked proxy': () => revoked(),
  'never answers': () => new Promise(() => {}),
};

type Port = 'journal' | 'records';
const methods: Readonly<Record<Port, readonly string[]>> = {
  journal: ['append', 'read', 'truncate', 'delete', 'list'],
  records: ['get', 'create', 'update', 'delete', 'list', 'watch'],
};

/** A store of which one method does that instead, from its second call on or at once. */
function broken(store: Store, port: Port, method: string, answer: () => unknown, good: number): Store {
  let calls = 0;
  const inner = store[port] as never as Record<string, (...values: unknown[]) => unknown>;
  const other = new Proxy(inner, {
    get: (target, key) => {
      const own = Reflect.get(target, key);
      if (typeof own !== 'function') return own;
      if (key !== method) return own.bind(target);
      return (...values: unknown[]) => (++calls > good ? answer() : own.apply(target, values));
    },
  });
  return {
    durability: store.durability,
    journal: (port === 'journal' ? other : store.journal) as Journal,
    records: (port === 'records' ? other : store.records) as Records,
    close: () => store.close(),
  };
}

const workflow = defineWorkflow('w')
  .step('a', { run: () => 1 })
  .step('b', { run: ({ a }) => a + 1, after: ['a'] })
  .output(({ b }) => b);

/** Everything that is asked of it ends, in a typed error or as if nothing were wrong. */
async function isBorne({ clock }: World, store: Store): Promise<void> {
  const house = new Coordinator({ clock, store, workflows: { definitions: [workflow] } });
  const wait = () => clock.advance('1h');
  const run = house.start(workflow, undefined, { id: 'r' });
  const accepted = outcomeOf(() => run.accepted, wait);
  const result = outcomeOf(() => run.result, wait);
  const resumed = outcomeOf(() => house.resume(), wait);
  const schedule = house.workflows.schedule('again', { workflow, every: '30m', keepAlive: false });
  for (const outcome of await Promise.all([accepted, result, resumed])) {
    // Where a store never answers there is nothing to be told, until it is closed.
    if (outcome.end !== 'pending') checkCivil(outcome);
    if (outcome.end === 'returned' && typeof outcome.value === 'number') assert.equal(outcome.value, 2);
  }
  schedule.cancel();
  const closing = house.close();
  await clock.advance('1h');
  await closing;
  const end = await outcomeOf(() => run.result, wait);
  checkCivil(end);
}

/** Every such answer of every method of a store. */
export const storeCases: readonly Case[] = Object.entries(methods).flatMap(([port, names]) =>
  names.flatMap((method) =>
    Object.entries(answers).flatMap(([name, answer]) =>
      [0, 1].map(
        (good): Case => ({
          category: 'durable',
          position: `a store whose ${port} ${method}`,
          name: `${name}${good === 0 ? '' : ', after a good answer'}`,
          run: (world) =>
            isBorne(world, broken(memoryStore({ clock: world.clock }), port as Port, method, answer, good)),
        }),
      ),
    ),
  ),
);
