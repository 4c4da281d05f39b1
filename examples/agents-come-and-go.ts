import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Coordinator, defineAgent, defineCapability, NoCandidateError } from '../src/index.ts';

// A newsroom whose people come and go while stories are written.

const report = defineCapability<{ place: string }, string>('report');
const reporter = (name: string, beats: string[]) =>
  defineAgent(name, {
    description: `Writes about ${beats.join(' and ')}.`,
    capabilities: [report],
    specializations: beats,
    concurrency: 2,
    handle: async ({ place }, ctx) => {
      await sleep(20, undefined, { signal: ctx.signal });
      return `${ctx.agent} reports from ${place}`;
    },
  });

// #region register
await using coordinator = new Coordinator();
coordinator.agents.register(reporter('mira', ['sports']));
coordinator.agents.register(reporter('otto', ['politics', 'economy']));
// #endregion register

// #region find
// Who could do it, best first, and why.
const [best] = coordinator.agents.find({ capabilities: [report], specializations: ['economy'] });
const reasons = best?.reasons.join('; ');
// #endregion find
assert.equal(best?.agent.name, 'otto');
assert.equal(reasons, 'performance 1.00; 0 of 2 slots in use');

// #region nobody
// Nobody can: that is known at once, with what each agent lacks.
const weather = { capabilities: [report], specializations: ['weather'] };
const error = await coordinator.ask(weather, { place: 'Oslo' }).catch((problem: unknown) => problem);
if (error instanceof NoCandidateError) console.log(error.message, error.rejections);
// #endregion nobody
assert.ok(error instanceof NoCandidateError);
assert.deepEqual(error.rejections[0], { agent: 'mira', reasons: ['has no specialization "weather"'] });

// #region unregister
// Otto gets no new work from now on, and may finish what he has in hand.
const story = coordinator.ask('otto', { place: 'Brussels' });
const { stopped } = await coordinator.agents.unregister('otto', { drain: '1s' });
const text = await story;
// #endregion unregister
assert.equal(stopped, 0);
assert.equal(text, 'otto reports from Brussels');
assert.deepEqual(
  coordinator.agents.list().map(({ name, status }) => `${name}: ${status}`),
  ['mira: idle'],
);
console.log(text);
