import assert from 'node:assert/strict';
import { Coordinator, defineAgent, defineWorkflow } from '../src/index.ts';

// A support desk: each step works with what the one before it made.

const translator = defineAgent('translator', {
  handle: async (mail: string) => mail.replace('Die Rechnung ist doppelt', 'The invoice came twice'),
});
const classifier = defineAgent('classifier', {
  handle: async (mail: string) => (mail.includes('invoice') ? ('billing' as const) : ('other' as const)),
});
const clerk = defineAgent('clerk', {
  handle: async ({ mail, desk }: { mail: string; desk: string }) => `To ${desk}: ${mail}`,
});

// #region chain
const ticket = defineWorkflow<{ mail: string }>('ticket')
  .step('english', { run: translator, input: ({ input }) => input.mail })
  .step('desk', { run: classifier, after: ['english'], input: ({ english }) => english })
  .step('answer', {
    run: clerk,
    after: ['english', 'desk'], // a step sees the steps that it names, and no others
    input: ({ english, desk }) => ({ mail: english, desk }),
  })
  .step('subject', { run: ({ answer }) => answer.slice(0, 40), after: ['answer'] }); // plain code is a step, too
// #endregion chain

await using coordinator = new Coordinator({ agents: [translator, classifier, clerk] });
const outputs = await coordinator.run(ticket, { mail: 'Die Rechnung ist doppelt.' });

// Without .output() a run gives back what every step made.
assert.deepEqual(outputs, {
  english: 'The invoice came twice.',
  desk: 'billing',
  answer: 'To billing: The invoice came twice.',
  subject: 'To billing: The invoice came twice.',
});
console.log(outputs.answer);
