// #region first
import { expect, it } from 'vitest';
import { Coordinator } from '../../src/index.ts';
import { FakeClock, scriptedAgent } from '../../src/testing/index.ts';
import { digest, summarise } from './digest.ts';

it('tries the summary again when the model fails', async () => {
  const clock = new FakeClock();
  const flaky = scriptedAgent('flaky', { capabilities: [summarise] });
  flaky.thenFails().thenReplies('On tides.');
  await using coordinator = new Coordinator({ agents: [flaky], clock });
  const run = coordinator.start(digest, { article: 'The moon pulls the sea.' });
  await clock.advance('10s');
  expect(await run.result).toBe('On tides.\n(5 words)');
});
// #endregion first
