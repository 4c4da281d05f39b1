import assert from 'node:assert/strict';
import { Coordinator, defineAgent, defineWorkflow, isCadreError, RunFailedError } from '../src/index.ts';

// A report from two sources, one of which has a bad day.

class Unavailable extends Error {
  readonly status = 503;
}

let calls = 0;
const ledger = defineAgent('ledger', {
  handle: async (month: string, ctx) => {
    calls++;
    if (ctx.attempt < 3) throw new Unavailable('the ledger is busy');
    return { month, total: 1_200 };
  },
});
const currencies = defineAgent('currencies', { handle: async (_day: string) => ({ usd: 1.1 }) });

// #region policy
const report = defineWorkflow<{ month: string }>('report')
  .step('total', {
    run: ledger,
    input: ({ input }) => input.month,
    policy: { attempts: 3, backoff: { initial: '5ms', max: '50ms' }, timeout: '2s' },
  })
  .step('rates', { run: currencies, input: ({ input }) => `${input.month}-01` })
  .step('dollars', {
    run: ({ total, rates }) => Math.round(total.total * rates.usd),
    after: ['total', 'rates'],
  })
  .output(({ dollars }) => dollars);
// #endregion policy

await using coordinator = new Coordinator({ agents: [ledger, currencies] });
const run = coordinator.start(report, { month: '2026-03' });
assert.equal(await run.result, 1_320);
assert.equal(calls, 3);
const attempts = Object.fromEntries(run.snapshot().steps.map((step) => [step.id, step.attempts]));
assert.deepEqual(attempts, { total: 3, rates: 1, dollars: 1 });

// #region refusal
// An error that says `retryable: false` is not tried again, whatever the policy allows.
class UnknownMonth extends Error {
  readonly retryable = false;
}
const strict = defineAgent('strict-ledger', {
  policy: { attempts: 5 },
  handle: async (month: string) => {
    calls++;
    throw new UnknownMonth(`no books for ${month}`);
  },
});
// #endregion refusal
calls = 0;
coordinator.agents.register(strict);
await assert.rejects(coordinator.ask(strict, '1066-10'), (error) => {
  return isCadreError(error, 'HANDLER_FAILED') && error.cause instanceof UnknownMonth;
});
assert.equal(calls, 1);

// #region failure
const audit = defineWorkflow('audit')
  .step('books', { run: strict, input: () => '1066-10' })
  .step('summary', { run: ({ books }) => `books: ${books}`, after: ['books'] });

const failed = await coordinator.run(audit, undefined).catch((error: unknown) => error);
// #endregion failure
assert.ok(failed instanceof RunFailedError);
assert.deepEqual(
  failed.failures.map(({ step, attempts }) => ({ step, attempts })),
  [{ step: 'books', attempts: 1 }],
);
// What the agent threw is there, class and fields: the step's error is `cause`, and what was thrown its `cause`.
assert.ok((failed.cause as Error).cause instanceof UnknownMonth);
console.log(
  `dollars: ${await run.result}, after ${attempts['total']} attempts at the total\n${failed.message}`,
);
