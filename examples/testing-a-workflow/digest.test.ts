import { expect, it } from 'vitest';
import { Coordinator, defineAgent, TimeoutError } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { digest, summarise } from './digest.ts';

const hanging = defineAgent('hanging', {
  capabilities: [summarise],
  handle: (_article, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)),
});

// #region flaky
it('tries the summary again, with ten seconds and then twenty between the attempts', async () => {
  const clock = new FakeClock();
  let calls = 0;
  const flaky = defineAgent('flaky', {
    capabilities: [summarise],
    handle: () => (++calls < 3 ? Promise.reject(new Error('overloaded')) : 'About tides.'),
  });
  await using coordinator = new Coordinator({ agents: [flaky], clock });

  const run = coordinator.start(digest, { article: 'The moon pulls the sea.' });
  await clock.advance(29_999);
  expect(calls).toBe(2);
  await clock.advance(1);

  await expect(run.result).resolves.toBe('About tides.\n(5 words)');
});
// #endregion flaky

// #region hanging
it('gives up on a model that hangs, after three attempts of thirty seconds', async () => {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ agents: [hanging], clock });

  const run = coordinator.start(digest, { article: 'The moon pulls the sea.' });
  const error = run.result.catch((problem: unknown) => problem);
  await clock.advance(120_000);

  expect(await error).toMatchObject({ code: 'RUN_FAILED', cause: expect.any(TimeoutError) });
  expect(run.snapshot().steps).toMatchObject([
    { id: 'summary', status: 'failed', attempts: 3 },
    { id: 'words', status: 'completed' },
    { id: 'text', status: 'skipped', reason: { kind: 'dependency', step: 'summary' } },
  ]);
});
// #endregion hanging

// #region rest
it('stops the model at once when it is cancelled, and leaves nothing behind', async () => {
  const clock = new FakeClock();
  await using coordinator = new Coordinator({ agents: [hanging], clock });
  const run = coordinator.start(digest, { article: 'The moon pulls the sea.' });
  await clock.settle();

  run.cancel('no longer wanted');

  await expect(run.result).rejects.toMatchObject({ code: 'CANCELLED', cause: 'no longer wanted' });
  await clock.settle();
  expect(coordinator.stats()).toMatchObject({ deadlines: 0, handlers: 0, tasks: { active: 0, waiting: 0 } });
  expect(clock.pendingTimers).toBe(0);
});
// #endregion rest
