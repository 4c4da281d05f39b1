import assert from 'node:assert/strict';
import { z } from 'zod';
import { Coordinator, defineWorkflow, isCadreError, signal, sleep } from '../src/index.ts';
import { FakeClock } from '../src/testing/index.ts';

// A release that waits: for a payment, for two people of the right role, for a while. Two days, on a clock that obeys.

const clock = new FakeClock();
await using coordinator = new Coordinator({ clock });

// #region define
const release = defineWorkflow<{ version: string }>('release')
  .step('paid', {
    run: signal('paid', { schema: z.object({ amount: z.number() }) }),
    policy: { timeout: '72h' }, // a wait has an end only where you say so
  })
  .gate('approval', {
    after: ['paid'],
    ask: ({ input, paid }) => `Release ${input.version}? ${paid.amount} is paid.`,
    by: ['lead'],
    quorum: 2,
    escalate: [{ after: '24h', by: ['director'] }], // from then on they may decide, too
    deadline: '48h',
    default: { approved: false, comment: 'nobody answered' }, // without it the step fails with TIMEOUT
  })
  .step('cool-down', { after: ['approval'], run: sleep('1h') })
  .step('publish', {
    after: ['cool-down'],
    run: ({ input }) => `${input.version} is out`,
  });
// #endregion define

const run = coordinator.start(release, { version: '2.0' }, { id: 'release-2.0' });
await clock.advance('1m');

// #region decide
await run.sendSignal('paid', { amount: 30 }); // resolves when it is stored
await clock.advance('25h');

const [question] = coordinator.workflows.pending(); // of all runs that are under way here
await run.decide('approval', { approved: true }, { by: 'ada', role: 'lead' });
await run.decide('approval', { approved: true }, { by: 'eve', role: 'director' });
// #endregion decide
assert.equal(question?.ask, 'Release 2.0? 30 is paid.');
assert.deepEqual(question.by, ['lead', 'director']);

const late = await run
  .decide('approval', { approved: false }, { by: 'bob', role: 'lead' })
  .catch((error: unknown) => error);
assert.ok(isCadreError(late, 'GATE_NOT_OPEN'));

await clock.advance('1h');
const { publish } = await run.result;
assert.equal(publish, '2.0 is out');

const unanswered = coordinator.start(release, { version: '3.0' });
await clock.advance('1m');
await unanswered.sendSignal('paid', { amount: 1 });
await clock.advance('48h');
// #region rejected
const refused = await unanswered.result.catch((error: unknown) => error);
const why = isCadreError(refused, 'RUN_FAILED') ? refused.cause : undefined; // GATE_REJECTED, by its default
// #endregion rejected
assert.ok(isCadreError(why, 'GATE_REJECTED'));
console.log(`${publish}; then: ${why.message}`);
