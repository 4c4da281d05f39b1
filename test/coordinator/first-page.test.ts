import { expect, it } from 'vitest';
import { z } from 'zod';
import { Coordinator, defineAgent, defineCapability, defineWorkflow, leastLoaded } from '../../src/index.ts';

// The first page of the README, word for word; only `look` is made up here.

const look = async (topic: string, signal: AbortSignal): Promise<string[]> => {
  signal.throwIfAborted();
  return [`${topic}: a fact`];
};

const research = defineCapability('research', {
  input: z.object({ topic: z.string() }),
  output: z.object({ facts: z.array(z.string()) }),
});

const ada = defineAgent('ada', {
  capabilities: [research],
  specializations: ['oceans'],
  concurrency: 4,
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

it('runs the workflow of the first page, asks for a capability, and closes by itself', async () => {
  let closed = false;
  {
    await using coordinator = new Coordinator({ agents: [ada, writer], routing: leastLoaded() });
    coordinator.events.on('coordinator.closed', () => {
      closed = true;
    });

    expect(await coordinator.run(brief, { topic: 'tides' })).toBe('tides: a fact\ntides papers: a fact');
    const { facts } = await coordinator.ask(research, { topic: 'tides' }, { timeout: '5s' });
    expect(facts).toEqual(['tides: a fact']);
  }
  expect(closed).toBe(true);
});

it('serves the capability by its name when types do not matter', async () => {
  const bob = defineAgent('bob', { capabilities: ['research'], handle: ({ topic }) => ({ facts: [topic] }) });
  await using coordinator = new Coordinator({ agents: [bob] });

  expect(await coordinator.ask({ capabilities: ['research'] }, { topic: 'x' })).toEqual({ facts: ['x'] });
  expect(await coordinator.ask('bob', { topic: 'y' })).toEqual({ facts: ['y'] });
  expect(await coordinator.ask(research, { topic: 'z' })).toEqual({ facts: ['z'] });
});

it('has its rooms as fields that are there from the start', () => {
  const coordinator = new Coordinator();

  expect(coordinator.agents.size).toBe(0);
  expect(coordinator.workflows.list()).toEqual([]);
  expect(coordinator.tasks.agents).toBe(coordinator.agents);
  expect(coordinator.messages.stats().pending).toBe(0);
});
