import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { CancelledError, Coordinator, defineAgent, defineWorkflow, TimeoutError } from '../src/index.ts';

// A crawl that takes an hour, and three ways to make it end sooner.

let stopped = 0;
const crawler = defineAgent('crawler', {
  concurrency: 10,
  handle: async (site: string, ctx) => {
    // Pass the signal on: fetch, timers, model clients and child processes all take one.
    await sleep(3_600_000, undefined, { signal: ctx.signal }).catch((error: unknown) => {
      stopped++;
      throw error;
    });
    return `pages of ${site}`;
  },
});
const guide = defineAgent('guide', { handle: (site: string, ctx) => ctx.ask(crawler, site) });

const crawl = defineWorkflow<readonly string[]>('crawl')
  .step('direct', { run: crawler, input: ({ input }) => input[0] as string })
  .step('asked', { run: guide, input: ({ input }) => input[1] as string })
  .step('index', { run: ({ direct, asked }) => [direct, asked], after: ['direct', 'asked'] });

await using coordinator = new Coordinator({ agents: [crawler, guide] });
const sites = ['example.org', 'example.net'];

// #region cancel
// 1. By hand: everything under the run stops, also what an agent has asked of another.
const run = coordinator.start(crawl, sites);
setTimeout(() => run.cancel('the user closed the page'), 20);
const cancelled = await run.result.catch((error: unknown) => error);
// #endregion cancel
assert.ok(cancelled instanceof CancelledError);
assert.equal(cancelled.cause, 'the user closed the page');
assert.deepEqual(
  run.snapshot().steps.map(({ status }) => status),
  ['cancelled', 'cancelled', 'cancelled'],
);

// #region signal
// 2. By a signal of the caller's own, such as the one of an HTTP request.
const controller = new AbortController();
setTimeout(() => controller.abort(new Error('connection lost')), 20);
const lost = await coordinator
  .run(crawl, sites, { signal: controller.signal })
  .catch((error: unknown) => error);
// #endregion signal
assert.ok(lost instanceof CancelledError && lost.cause instanceof Error);

// #region deadline
// 3. By time: counted from the start, waiting included; a handler sees how long it has in ctx.deadline.
const late = await coordinator.run(crawl, sites, { deadline: '20ms' }).catch((error: unknown) => error);
const slow = await coordinator
  .ask(crawler, 'example.com', { timeout: '20ms' })
  .catch((error: unknown) => error);
// #endregion deadline
assert.ok(late instanceof TimeoutError && slow instanceof TimeoutError);

// close() waits for handlers that are on their way out; then nothing is left behind.
const report = await coordinator.close();
assert.deepEqual(report, { drained: 0, cancelled: 0, abandoned: [] });
assert.equal(stopped, 7, 'every crawl has heard of it');
assert.equal(coordinator.stats().deadlines, 0);
console.log([cancelled, lost, late, slow].map((error) => error.message).join('\n'));
