import assert from 'node:assert/strict';
import { Coordinator, defineAgent, defineWorkflow, RunFailedError } from '../src/index.ts';

// A claim: small ones are paid at once, large ones are looked at by an expert first.

interface Claim {
  readonly text: string;
  readonly sum: number;
}
const expert = defineAgent('expert', { handle: async (claim: Claim) => claim.sum < 10_000 });

// #region nested
const payment = defineWorkflow<{ sum: number }>('payment')
  .step('fee', { run: ({ input }) => input.sum * 0.01 })
  .step('paid', { run: ({ input, fee }) => input.sum - fee, after: ['fee'] })
  .output(({ paid }) => paid);
// #endregion nested

// #region when
const claim = defineWorkflow<Claim>('claim')
  .step('checked', {
    run: expert,
    when: ({ input }) => input.sum > 1_000,
    input: ({ input }) => input,
  })
  .step('pay', {
    run: payment, // a workflow is a step like any other
    after: ['checked'],
    when: ({ checked }) => checked !== false, // undefined when the step before was skipped
    input: ({ input }) => ({ sum: input.sum }),
  })
  .output(({ pay }) => pay ?? 0); // number | undefined: the step may not have run
// #endregion when

await using coordinator = new Coordinator({ agents: [expert] });
const [small, large, refused] = await Promise.all(
  [500, 5_000, 50_000].map((sum) => coordinator.run(claim, { text: 'storm', sum })),
);
assert.deepEqual([small, large, refused], [495, 4_950, 0]);

// #region failed
// A step that fails takes its dependants with it, and nobody else: other branches go on to their end.
const letters = defineWorkflow('letters')
  .step('address', { run: () => Promise.reject(new Error('no such street')) })
  .step('envelope', { run: ({ address }) => address, after: ['address'] })
  .step('text', { run: () => 'Dear neighbour' });
const run = coordinator.start(letters, undefined);
const failure = await run.result.catch((error: unknown) => error);
const steps = run.snapshot().steps.map(({ id, status, reason }) => ({ id, status, reason }));
// #endregion failed
assert.ok(failure instanceof RunFailedError);
assert.deepEqual(steps, [
  { id: 'address', status: 'failed', reason: undefined },
  { id: 'envelope', status: 'skipped', reason: { kind: 'dependency', step: 'address' } },
  { id: 'text', status: 'completed', reason: undefined },
]);
console.log(
  `paid: ${small}, ${large}, ${refused}\n${steps.map(({ id, status }) => `${id}: ${status}`).join(', ')}`,
);
