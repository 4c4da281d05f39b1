import assert from 'node:assert/strict';
import { Coordinator, defineAgent, isCadreError } from '../src/index.ts';

// One printer, and a queue in which some jobs are more urgent than others.

const printed: string[] = [];
const printer = defineAgent('printer', {
  concurrency: 1, // the default: one task at a time, the others wait
  handle: async (title: string) => {
    printed.push(title);
    return `${title} is in the tray`;
  },
});

// #region submit
await using coordinator = new Coordinator({ agents: [printer], tasks: { queue: 4 } });
const { tasks } = coordinator;

const poster = tasks.submit(printer, 'poster'); // starts first: nothing else was there
const flyer = tasks.submit(printer, 'flyer', { priority: 'low' });
const menu = tasks.submit(printer, 'menu');
const boarding = tasks.submit(printer, 'boarding pass', { priority: 'critical' });
const ticket = tasks.submit(printer, 'ticket', { priority: 2.5 }); // between high (2) and critical (3)
// #endregion submit

// #region full
// The queue has a limit; what comes after is refused, not silently kept or dropped.
const before = tasks.stats();
const error = await coordinator.ask(printer, 'one more').catch((problem: unknown) => problem);
if (isCadreError(error, 'FULL')) console.log(`${error.message}: try later (${error.retryable})`);
// #endregion full
assert.ok(isCadreError(error, 'FULL'));
assert.deepEqual([before.waiting, before.waitingLimit, before.active], [4, 4, 1]);

// #region handle
flyer.cancel('nobody reads flyers');
const first = await poster.result;
const statuses = [flyer.status, poster.status];
// #endregion handle
assert.equal(first, 'poster is in the tray');
assert.deepEqual(statuses, ['cancelled', 'completed']);

await Promise.all([menu.result, boarding.result, ticket.result]);
assert.deepEqual(printed, ['poster', 'boarding pass', 'ticket', 'menu']);
console.log(printed.join(', '));
