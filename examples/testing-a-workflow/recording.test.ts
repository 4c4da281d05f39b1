import { expect, it } from 'vitest';
import { Coordinator, defineAgent } from '../../src/index.ts';
import { FakeClock, newRecording, recordAgent, replayAgent } from '../../src/testing/index.ts';
import { digest, summarise } from './digest.ts';

it('answers without the model as the model once did', async () => {
  let calls = 0;
  // In earnest this is the agent that asks the model, and the text goes to a file and comes from there.
  const reader = defineAgent('reader', {
    capabilities: [summarise],
    handle: async () => `Summary ${++calls}.`,
  });

  // #region record
  // Once, with the model: the calls of the agent are written down.
  const recording = newRecording();
  await using real = new Coordinator({ agents: [recordAgent(reader, { to: recording })] });
  const first = await real.run(digest, { article: 'The moon pulls the sea.' });
  const text = JSON.stringify(recording, null, 2);
  // #endregion record

  // #region replay
  // In each test, without it: the same inputs get what they got then.
  const agents = [replayAgent(JSON.parse(text), reader)];
  await using coordinator = new Coordinator({ agents, clock: new FakeClock() });
  expect(await coordinator.run(digest, { article: 'The moon pulls the sea.' })).toBe(first);
  // #endregion replay

  expect([first, calls]).toEqual(['Summary 1.\n(5 words)', 1]);
});
