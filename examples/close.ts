import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedError, Coordinator, defineAgent } from '../src/index.ts';

// A mailer that is shut down while letters are on their way.

const mailer = defineAgent('mailer', {
  concurrency: 3,
  handle: async ({ to, ms }: { to: string; ms: number }, ctx) => {
    await sleep(ms, undefined, { signal: ctx.signal });
    return `sent to ${to}`;
  },
});
const deaf = defineAgent('deaf', { handle: () => new Promise<never>(() => {}) }); // never looks at its signal

// #region close
const coordinator = new Coordinator({ agents: [mailer, deaf], grace: '50ms' });
try {
  await coordinator.ask(mailer, { to: 'ada', ms: 1 });
  void coordinator.tasks.submit(mailer, { to: 'ben', ms: 20 });
  void coordinator.tasks.submit(mailer, { to: 'cleo', ms: 60_000 });
  void coordinator.tasks.submit(deaf, undefined);
} finally {
  // Takes no more work, lets what is under way finish for 200 ms, cancels the rest, frees everything.
  const { drained, cancelled, abandoned } = await coordinator.close({ drain: '200ms' });
  console.log(`${drained} sent, ${cancelled} cancelled, ignored its signal: ${abandoned.join()}`);
}
// #endregion close

// Closing again gives the same report; work that comes after is refused.
assert.deepEqual(await coordinator.close(), { drained: 1, cancelled: 2, abandoned: ['agent "deaf"'] });
await assert.rejects(coordinator.ask(mailer, { to: 'dora', ms: 1 }), ClosedError);
