import assert from 'node:assert/strict';
import { type CadreError, defineAgent, defineCapability, defineWorkflow } from '../../src/index.ts';
import { checkTyped, type How } from './outcome.ts';
import type { World } from './world.ts';

/** A place that takes a name. */
export interface NamePosition {
  readonly position: string;
  readonly how: How;
  /** What else than a name it takes: patterns, or any text. */
  readonly takes?: 'patterns' | 'text';
  /** The code for what is no text, where it is not that of a bad name. */
  readonly noText?: string;
  /** Left out is allowed. */
  readonly optional?: true;
  /** The code of the error that carries the refusal, where it comes by way of a handler or a step. */
  readonly wrapped?: readonly string[];
  /** What is no name is refused where another position says. */
  readonly namesOnly?: true;
  /** It names an agent that is there, and that can have no longer name. */
  readonly ofAgent?: true;
  /** The bare call. */
  readonly call: (world: World, name: never) => unknown;
  /** A name does what a name does there. */
  readonly works: (world: World, name: string) => Promise<void>;
}

const handle = (input: unknown): unknown => input;
const agentNamed = (name: string) => defineAgent(name, { capabilities: ['work'], handle });

export const definitionPositions: readonly NamePosition[] = [
  {
    position: 'the name of an agent',
    ofAgent: true,
    how: 'throws',
    call: (_, name) => defineAgent(name, { handle }),
    works: async ({ house }, name) => {
      house.agents.register(agentNamed(name));
      assert.equal(house.agents.get(name)?.name, name);
      assert.ok(Object.hasOwn(house.stats().agents.activeTasks, name));
      assert.equal(await house.ask(name, 1), 1);
      assert.equal(await house.ask({ agent: name }, 2), 2);
      assert.deepEqual(await house.agents.unregister(name), { stopped: 0 });
      assert.equal(house.agents.get(name), undefined);
    },
  },
  {
    position: 'the topic of an agent',
    ofAgent: true,
    how: 'throws',
    namesOnly: true,
    call: (_, name) => defineAgent(name, { handle }),
    works: async ({ house }, name) => {
      house.agents.register(agentNamed(name));
      assert.equal(await house.messages.request(`agent.${name}`, 3), 3);
      await house.agents.unregister(name);
    },
  },
  {
    position: 'the name of a capability',
    how: 'throws',
    call: (_, name) => defineCapability(name),
    works: async ({ house }, name) => {
      const capability = defineCapability(name);
      house.agents.register(defineAgent('server', { capabilities: [capability], handle }));
      assert.equal(await house.ask(capability, 1), 1);
      assert.deepEqual(house.agents.get('server')?.capabilities, [name]);
      await house.agents.unregister('server');
    },
  },
  {
    position: 'a capability of an agent, by name',
    how: 'throws',
    noText: 'INVALID_OPTIONS',
    call: (_, name) => defineAgent('a', { capabilities: [name as string], handle }),
    works: async ({ house }, name) => {
      house.agents.register(defineAgent('server', { capabilities: [name, 'other'], handle }));
      assert.equal(await house.ask({ capabilities: ['other', name] }, 1), 1);
      assert.equal(await house.ask({ capabilities: [name] }, 2), 2);
      await house.agents.unregister('server');
    },
  },
  {
    position: 'a specialization of an agent',
    how: 'throws',
    call: (_, name) => defineAgent('a', { specializations: [name], handle }),
    works: async ({ house }, name) => {
      house.agents.register(defineAgent('special', { specializations: [name], handle }));
      assert.equal(house.agents.find({ specializations: [name] })[0]?.agent.name, 'special');
      assert.equal(await house.ask({ agent: 'special', specializations: [name] }, 1), 1);
      await house.agents.unregister('special');
    },
  },
  {
    position: 'the name of a workflow',
    how: 'throws',
    call: (_, name) => defineWorkflow(name),
    works: async ({ house }, name) => {
      const run = house.start(defineWorkflow(name).step('s', { run: () => 1 }), undefined);
      assert.deepEqual(await run.result, { s: 1 });
      assert.equal(run.snapshot().workflow, name);
    },
  },
  {
    position: 'the id of a step',
    how: 'throws',
    call: (_, id) => defineWorkflow('w').step(id, { run: () => 1 } as never),
    works: async ({ house }, id) => {
      const workflow = defineWorkflow('w').step(id, { run: () => 7 });
      const outputs = (await house.run(workflow, undefined)) as Record<string, unknown>;
      assert.deepEqual(Object.keys(outputs), [id]);
      assert.equal(outputs[id], 7);
    },
  },
  {
    position: 'the id of a step from data',
    how: 'throws',
    call: (_, id) => defineWorkflow('w', { steps: [{ id, run: () => 1 }] }),
    works: async ({ house }, id) => {
      const steps = [
        { id: 'last', after: [id], run: (scope: Record<string, unknown>) => Object.entries(scope) },
        { id, run: () => 7 },
      ];
      const outputs = await house.run(defineWorkflow('w', { steps: steps as never }), 5);
      assert.deepEqual(
        new Map(outputs['last'] as [string, number][]),
        new Map([
          ['input', 5],
          [id, 7],
        ]),
      );
    },
  },
  {
    position: 'a step in `after`',
    how: 'throws',
    call: (_, id) => defineWorkflow('w').step('a', { run: () => 1, after: [id] } as never),
    works: async ({ house }, id) => {
      const first = defineWorkflow('w').step(id, { run: () => 7 });
      const both = first.step('last', {
        run: (scope) => (scope as Record<string, unknown>)[id],
        after: [id],
      });
      const outputs = (await house.run(both, undefined)) as Record<string, unknown>;
      assert.equal(outputs['last'], 7);
    },
  },
];

export const requirementPositions: readonly NamePosition[] = [
  {
    position: 'the agent of a requirement',
    how: 'throws',
    // A requirement without an agent and without anything else asks for nothing.
    noText: 'INVALID_NAME or INVALID_OPTIONS',
    call: ({ house }, agent) => house.agents.find({ agent }),
    works: async ({ house }, agent) => assert.deepEqual(house.agents.find({ agent }), []),
  },
  {
    position: 'a capability of a requirement',
    how: 'throws',
    noText: 'INVALID_OPTIONS',
    call: ({ house }, name) => house.agents.find({ capabilities: [name] }),
    works: async ({ house }, name) => assert.deepEqual(house.agents.find({ capabilities: [name] }), []),
  },
  {
    position: 'a specialization of a requirement',
    how: 'throws',
    call: ({ house }, name) => house.agents.find({ specializations: [name] }),
    works: async ({ house }, name) => assert.deepEqual(house.agents.find({ specializations: [name] }), []),
  },
  {
    position: 'the target of ask',
    how: 'rejects',
    noText: 'INVALID_OPTIONS',
    call: ({ house }, name) => house.ask(name, 1),
    works: async ({ house }, name) => {
      await assert.rejects(house.ask(name, 1), { code: 'NO_CANDIDATE', target: `agent ${name}` });
    },
  },
  {
    position: 'the target of submit',
    how: 'throws',
    noText: 'INVALID_OPTIONS',
    call: ({ house }, name) => house.tasks.submit(name, 1),
    works: async ({ house }, name) => {
      assert.throws(() => house.tasks.submit(name, 1), { code: 'NO_CANDIDATE' });
    },
  },
  {
    position: 'the target of ctx.ask',
    ofAgent: true,
    how: 'rejects',
    noText: 'INVALID_OPTIONS',
    wrapped: ['HANDLER_FAILED'],
    call: async ({ house }, name) => {
      const asker = defineAgent('asker', { handle: (_: unknown, { ask }) => ask(name, 1) });
      house.agents.register(asker);
      return house.ask(asker, 1);
    },
    works: async ({ house }, name) => {
      const asker = defineAgent('asker', { handle: (_: unknown, { ask }) => ask(name, 5) });
      house.agents.register(asker);
      house.agents.register(agentNamed(name));
      assert.equal(await house.ask(asker, 1), 5);
    },
  },
  {
    position: 'the agent that a step is for',
    ofAgent: true,
    how: 'rejects',
    noText: 'INVALID_NAME or INVALID_OPTIONS',
    wrapped: ['RUN_FAILED'],
    call: ({ house }, agent) =>
      house.run(defineWorkflow('w').step('s', { run: { agent }, input: () => 1 }), undefined),
    works: async ({ house }, agent) => {
      house.agents.register(agentNamed(agent));
      const workflow = defineWorkflow('w').step('s', { run: { agent }, input: () => 6 });
      assert.deepEqual(await house.run(workflow, undefined), { s: 6 });
    },
  },
];

/** What the innermost of the errors is that were wrapped. */
export function unwrapped(error: CadreError, wrapped: readonly string[]): unknown {
  let inner: unknown = error;
  for (const code of wrapped) {
    checkTyped(inner, code);
    inner = inner.cause;
  }
  return inner;
}
