import assert from 'node:assert/strict';
// #region page
import { z } from 'zod';
import { Coordinator, defineAgent, defineCapability, defineWorkflow, leastLoaded } from '../src/index.ts';

const research = defineCapability('research', {
  input: z.object({ topic: z.string() }), // any Standard Schema; both schemas may be left out
  output: z.object({ facts: z.array(z.string()) }),
});

const ada = defineAgent('ada', {
  capabilities: [research], // or ['research'] when types do not matter
  specializations: ['oceans'],
  concurrency: 4, // tasks at once; default 1
  handle: async ({ topic }, ctx) => ({ facts: await look(topic, ctx.signal) }),
});
const writer = defineAgent('writer', { handle: async (facts: string[]) => facts.join('\n') });

const brief = defineWorkflow('brief', {
  input: z.object({ topic: z.string() }),
  deadline: '2m',
  policy: { attempts: 3, timeout: '30s' },
})
  .step('web', { run: research, input: ({ input }) => ({ topic: input.topic }) })
  .step('papers', { run: research, input: ({ input }) => ({ topic: `${input.topic} papers` }) })
  .step('text', {
    run: writer,
    after: ['web', 'papers'],
    input: ({ web, papers }) => [...web.facts, ...papers.facts],
  })
  .output(({ text }) => text);

await using coordinator = new Coordinator({ agents: [ada, writer], routing: leastLoaded() });
const text = await coordinator.run(brief, { topic: 'tides' }); // string, not string | undefined
const { facts } = await coordinator.ask(research, { topic: 'tides' }, { timeout: '5s' });
// #endregion page

/** Stands in for a search, a model call or whatever your agent does. */
async function look(topic: string, signal: AbortSignal): Promise<string[]> {
  signal.throwIfAborted();
  return [`something about ${topic}`];
}

assert.equal(text, 'something about tides\nsomething about tides papers');
assert.deepEqual(facts, ['something about tides']);
console.log(text);
