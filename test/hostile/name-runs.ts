import assert from 'node:assert/strict';
import { defineAgent, defineWorkflow } from '../../src/index.ts';
import type { NamePosition } from './name-positions.ts';

const one = defineWorkflow('w').step('s', { run: (_, { idempotencyKey }) => idempotencyKey });

export const keyPositions: readonly NamePosition[] = [
  {
    position: 'the id of start',
    how: 'throws',
    optional: true,
    call: ({ house }, id) => house.start(one, undefined, { id }),
    works: async ({ house }, id) => {
      const run = house.start(one, undefined, { id });
      assert.equal(run.id, id);
      assert.equal(house.workflows.get(id), run);
      assert.throws(() => house.start(one, undefined, { id }), { code: 'RUN_EXISTS', runId: id });
      assert.deepEqual(await run.result, { s: `${id}>s` });
      assert.equal(house.workflows.get(id)?.snapshot().id, id);
    },
  },
  {
    position: 'the id of run',
    how: 'rejects',
    optional: true,
    call: ({ house }, id) => house.run(one, undefined, { id }),
    works: async ({ house }, id) => {
      assert.deepEqual(await house.run(one, undefined, { id }), { s: `${id}>s` });
      await assert.rejects(house.run(one, undefined, { id }), { code: 'RUN_EXISTS' });
    },
  },
  {
    position: 'the idempotency key of submit',
    how: 'throws',
    optional: true,
    call: ({ house }, idempotencyKey) => house.tasks.submit('nobody', 1, { idempotencyKey }),
    works: async ({ house }, idempotencyKey) => {
      const keyed = defineAgent('keyed', { handle: (_: unknown, ctx) => ctx.idempotencyKey });
      house.agents.register(keyed);
      assert.equal(await house.tasks.submit(keyed, 1, { idempotencyKey }).result, idempotencyKey);
    },
  },
  {
    position: 'the idempotency key of ask',
    how: 'rejects',
    optional: true,
    call: ({ house }, idempotencyKey) => house.ask('nobody', 1, { idempotencyKey }),
    works: async ({ house }, idempotencyKey) => {
      const keyed = defineAgent('keyed', { handle: (_: unknown, ctx) => ctx.idempotencyKey });
      house.agents.register(keyed);
      assert.equal(await house.ask(keyed, 1, { idempotencyKey }), idempotencyKey);
    },
  },
];
