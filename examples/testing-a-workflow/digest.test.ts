import { expect, it } from 'vitest';
import { Coordinator, TimeoutError } from '../../src/index.ts';
// #region matchers
import { type CadreMatchers, eventLog, FakeClock, matchers, scriptedAgent } from '../../src/testing/index.ts';

expect.extend(matchers);
declare module 'vitest' {
  interface Matchers<R extends void | Promise<void>, T> extends CadreMatchers<R, T> {}
}

// #endregion matchers
import { digest, summarise } from './digest.ts';

const article = 'The moon pulls the sea.';
const capabilities = [summarise];

// #region steps
it('waits for the summary and the words before it writes the text', async () => {
  const clock = new FakeClock();
  const flaky = scriptedAgent('flaky', { capabilities })
    .thenFails(new Error('overloaded'), 2)
    .thenReplies('On tides.');
  await using coordinator = new Coordinator({ agents: [flaky], clock });

  const run = coordinator.start(digest, { article });
  await clock.advance(29_999); // it waits for ten seconds, and then for twenty
  expect(flaky.calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
  await clock.advance(1);

  await expect(run.result).resolves.toBe('On tides.\n(5 words)');
  expect(flaky.calls[0]?.input).toBe(article);
  expect(run).toHaveAttempts('summary', 3);
  await expect(run).toHaveRunBefore('summary', 'text');
  await expect(run).not.toHaveRunBefore('summary', 'words');
});
// #endregion steps

// #region hanging
it('gives up on a model that hangs, after three attempts of thirty seconds', async () => {
  const clock = new FakeClock();
  const hanging = scriptedAgent('hanging', { capabilities, atEnd: 'repeat' }).thenHangs();
  await using coordinator = new Coordinator({ agents: [hanging], clock });

  const run = coordinator.start(digest, { article });
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
  const hanging = scriptedAgent('hanging', { capabilities }).thenHangs();
  await using coordinator = new Coordinator({ agents: [hanging], clock });
  const run = coordinator.start(digest, { article });
  await clock.settle();
  expect(coordinator).not.toBeAtRest();

  run.cancel('no longer wanted');

  await expect(run.result).rejects.toMatchObject({ code: 'CANCELLED', cause: 'no longer wanted' });
  await clock.settle();
  expect(coordinator).toBeAtRest({ clock });
});
// #endregion rest

// #region routing
it('gives the next attempt to the other reader', async () => {
  const clock = new FakeClock();
  const broken = scriptedAgent('broken', { capabilities }).thenFails();
  const spare = scriptedAgent('spare', { capabilities }).replies('On tides.');
  await using coordinator = new Coordinator({ agents: [broken, spare], clock });
  const log = eventLog(coordinator);

  const run = coordinator.start(digest, { article });
  await clock.advance('10s');

  await run.result;
  expect(log.of({ run, step: 'summary' })).toHaveBeenRoutedTo('broken', 'spare');
});
// #endregion routing
