import assert from 'node:assert/strict';
import { Coordinator, defineAgent, defineCapability, isCadreError } from '../src/index.ts';

// A planner and a buyer: one agent gives work to another, and waits for the answer.

// #region ask
const quote = defineCapability<{ item: string; count: number }, { price: number }>('quote');

const buyer = defineAgent('buyer', {
  capabilities: [quote],
  concurrency: 2,
  handle: async ({ item, count }) => ({ price: count * (item === 'chair' ? 40 : 90) }),
});

const planner = defineAgent('planner', {
  handle: async (room: { chairs: number; tables: number }, ctx) => {
    // Part of this task: cancelled with it, and in the time that it has left.
    const [chairs, tables] = await Promise.all([
      ctx.ask(quote, { item: 'chair', count: room.chairs }),
      ctx.ask(quote, { item: 'table', count: room.tables }),
    ]);
    return chairs.price + tables.price;
  },
});

await using coordinator = new Coordinator({ agents: [buyer, planner] });
const price = await coordinator.ask(planner, { chairs: 4, tables: 1 });
// #endregion ask
assert.equal(price, 250);

// #region request
// Messages need no agent: any code can respond to a topic, and any code can ask there.
const end = coordinator.messages.respond('stock.level', async (item: string, { signal }) => {
  signal.throwIfAborted(); // it aborts when the asker gives up
  return item === 'chair' ? 12 : 0;
});
const chairs = await coordinator.messages.request('stock.level', 'chair', { timeout: '1s' });

// An agent can be reached by topic as well; the message becomes a task for it.
const same = await coordinator.messages.request('agent.planner', { chairs: 4, tables: 1 });

// When nobody responds, that is known at once, not a timeout later.
end();
const nobody = await coordinator.messages.request('stock.level', 'chair').catch((error: unknown) => error);
// #endregion request

assert.equal(chairs, 12);
assert.equal(same, price);
assert.ok(isCadreError(nobody, 'NO_RESPONDER'));
console.log(`the room costs ${price}, ${chairs} chairs are in stock; later: ${nobody.message}`);
