import { isCadreError } from '../../../src/index.ts';
import { turn } from '../harness/time.ts';
import { guest, type World } from './world.ts';

/** What is done over and over. */
export type Operation =
  | 'ask'
  | 'request'
  | 'publish'
  | 'retry'
  | 'run'
  | 'cancel'
  | 'come-and-go'
  | 'ask-timeout'
  | 'request-timeout';

/** How often each comes, in parts of a hundred. */
export const weights: readonly (readonly [Operation, number])[] = [
  ['ask', 30],
  ['request', 28],
  ['publish', 12],
  ['cancel', 10],
  ['retry', 6],
  ['run', 5],
  ['come-and-go', 5],
  ['ask-timeout', 2],
  ['request-timeout', 2],
];

/** Does one of them and looks at its outcome. @throws when the outcome is not the one that it must have. */
export const operations: Readonly<
  Record<Operation, (world: World, n: number, lane: number) => Promise<unknown>>
> = {
  ask: async ({ coordinator, signal }, n) => same(await coordinator.ask('quick', n, { signal }), n + 1),

  request: async ({ coordinator, signal }, n) =>
    same(await coordinator.messages.request('echo', n, { signal, timeout: '30s' }), n),

  publish: async ({ coordinator: { messages } }, n, lane) => {
    const heard: unknown[] = [];
    const ends = [`news.${lane}`, `news.*`].map((pattern) =>
      messages.subscribe(pattern, (body, { topic }) => topic === `news.${lane}` && heard.push(body)),
    );
    messages.publish(`news.${lane}`, n);
    await turn();
    for (const end of ends) end();
    same(heard.join(), `${n},${n}`);
  },

  retry: async ({ coordinator, signal }, n) => same(await coordinator.ask('flaky', n, { signal }), n + 2),

  run: async ({ coordinator, signal, workflow }, n) =>
    same(await coordinator.run(workflow, n, { signal, deadline: '30s' }), n + 11),

  cancel: async ({ coordinator, signal }, n) => {
    const task = coordinator.tasks.submit('stuck', n, { signal });
    if (n % 2 === 0) await turn();
    task.cancel('enough');
    await rejects(task.result, 'CANCELLED');
  },

  'come-and-go': async ({ coordinator, signal }, n, lane) => {
    const name = `guest.${lane}`;
    coordinator.agents.register(guest(name));
    same(await coordinator.ask(name, n, { signal }), n * 2);
    await coordinator.agents.unregister(name);
  },

  'ask-timeout': ({ coordinator, signal }, n) =>
    rejects(coordinator.ask('stuck', n, { signal, timeout: 1 + (n % 3) }), 'TIMEOUT'),

  'request-timeout': ({ coordinator: { messages }, signal }, n) =>
    rejects(messages.request('hang', n, { signal, timeout: 1 + (n % 3) }), 'TIMEOUT'),
};

function same(seen: unknown, wanted: unknown): void {
  if (seen !== wanted) throw new Error(`got ${String(seen)}, not ${String(wanted)}`);
}

async function rejects(promise: Promise<unknown>, code: string): Promise<void> {
  const seen = await promise.then(
    () => 'an output',
    (error) => (isCadreError(error) ? error.code : String(error)),
  );
  same(seen, code);
}
