import assert from 'node:assert/strict';
import { defineAgent } from '../../src/index.ts';
import type { NamePosition } from './name-positions.ts';
import type { World } from './world.ts';

/** What a subscriber of `pattern` gets, as text. */
function heard(world: World, pattern: string): string[] {
  const got: string[] = [];
  world.house.messages.subscribe(pattern, (body, { topic }) => got.push(`${topic}=${String(body)}`));
  return got;
}

/** Topics, patterns, senders and types of events. */
export const messagePositions: readonly NamePosition[] = [
  {
    position: 'the topic of publish',
    how: 'throws',
    call: ({ house }, topic) => house.messages.publish(topic, 1),
    works: async (world, topic) => {
      const exact = heard(world, topic);
      const all = heard(world, '>');
      world.house.messages.publish(topic, 1);
      await world.clock.settle();
      assert.deepEqual([exact, all.slice(-1)], [[`${topic}=1`], [`${topic}=1`]]);
    },
  },
  {
    position: 'the pattern of subscribe',
    how: 'throws',
    takes: 'patterns',
    call: ({ house }, pattern) => house.messages.subscribe(pattern, () => 1),
    works: async (world, pattern) => {
      const got = heard(world, pattern);
      world.house.messages.publish('never.matched.by.any.of.them', 1);
      await world.clock.settle();
      assert.equal(got.length, pattern === '>' ? 1 : 0);
    },
  },
  {
    position: 'the topic of request',
    how: 'rejects',
    call: ({ house }, topic) => house.messages.request(topic, 1),
    works: async ({ house }, topic) => {
      await assert.rejects(house.messages.request(topic, 1), { code: 'NO_RESPONDER', topic });
    },
  },
  {
    position: 'the topic of respond',
    how: 'throws',
    call: ({ house }, topic) => house.messages.respond(topic, () => 1),
    works: async ({ house }, topic) => {
      const end = house.messages.respond(topic, (n: number) => n + 1);
      assert.throws(() => house.messages.respond(topic, () => 1), { code: 'TOPIC_TAKEN', topic });
      assert.equal(await house.messages.request(topic, 1), 2);
      assert.equal(house.messages.broadcast(topic, 1), 1);
      end();
    },
  },
  {
    position: 'the pattern of broadcast',
    how: 'throws',
    takes: 'patterns',
    call: ({ house }, pattern) => house.messages.broadcast(pattern, 1),
    works: async ({ house }, pattern) => {
      assert.equal(house.messages.broadcast(pattern, 1), pattern === '>' ? 1 : 0);
    },
  },
  {
    position: 'the topic of ctx.publish',
    how: 'rejects',
    wrapped: ['HANDLER_FAILED'],
    call: async ({ house }, topic) => {
      const teller = defineAgent('teller', { handle: (_: unknown, { publish }) => publish(topic, 1) });
      house.agents.register(teller);
      return house.ask(teller, 1);
    },
    works: async (world, topic) => {
      const got = heard(world, topic);
      const teller = defineAgent('teller', { handle: (_: unknown, { publish }) => publish(topic, 1) });
      world.house.agents.register(teller);
      await world.house.ask(teller, 1);
      await world.clock.settle();
      assert.deepEqual(got, [`${topic}=1`]);
    },
  },
  {
    position: 'the sender of publish',
    how: 'throws',
    takes: 'text',
    noText: 'INVALID_OPTIONS',
    optional: true,
    call: ({ house }, sender) => house.messages.publish('t', 1, { sender }),
    works: async ({ house, clock }, sender) => {
      const senders: unknown[] = [];
      house.messages.subscribe('t', (_, message) => senders.push(message.sender));
      house.messages.publish('t', 1, { sender });
      await clock.settle();
      assert.deepEqual(senders, [sender]);
    },
  },
  {
    position: 'the sender of request',
    how: 'rejects',
    takes: 'text',
    noText: 'INVALID_OPTIONS',
    optional: true,
    call: ({ house }, sender) => house.messages.request('t', 1, { sender }),
    works: async ({ house }, sender) => {
      house.messages.respond('t', (_, { message }) => message.sender);
      assert.equal(await house.messages.request('t', 1, { sender }), sender);
    },
  },
  {
    position: 'the sender of broadcast',
    how: 'throws',
    takes: 'text',
    noText: 'INVALID_OPTIONS',
    optional: true,
    call: ({ house }, sender) => house.messages.broadcast('t', 1, { sender }),
    works: async ({ house }, sender) => assert.equal(house.messages.broadcast('t', 1, { sender }), 0),
  },
  {
    position: 'the type of an event',
    how: 'throws',
    takes: 'text',
    noText: 'INVALID_OPTIONS',
    call: ({ house }, type) => house.events.on(type, () => 1),
    works: async ({ house }, type) => {
      const end = house.events.once(type as never, () => 1);
      assert.equal(house.stats().events.listeners, 1);
      end();
      assert.equal(house.stats().events.listeners, 0);
    },
  },
];
