import assert from 'node:assert/strict';
import { Coordinator, defineAgent } from '../src/index.ts';

// Shops that hear of a price change, and a till whose printer is broken.

const changed: string[] = [];
const shop = (city: string) =>
  defineAgent(`shop.${city}`, {
    handle: async ({ item, price }: { item: string; price: number }, ctx) => {
      changed.push(`${city}: ${item} ${price}`);
      ctx.publish(`labels.${city}`, `${item} costs ${price}`);
    },
  });
const office = defineAgent('office', { handle: async () => assert.fail('the office sells nothing') });

await using coordinator = new Coordinator({
  agents: [shop('berlin'), shop('porto'), shop('oslo'), office],
});

// #region publish
// Everybody who subscribed to a topic that matches; one who fails changes nothing for the others.
const printed: string[] = [];
coordinator.messages.subscribe('labels.*', () => {
  throw new Error('the printer has no paper');
});
const stop = coordinator.messages.subscribe<string>('labels.*', (label, message) => {
  printed.push(`${message.sender} prints "${label}"`);
});
// #endregion publish

// #region broadcast
// Every agent whose topic matches gets it as a task, through its own queue and limits. Nobody answers.
const receivers = coordinator.messages.broadcast('agent.shop.*', { item: 'lamp', price: 30 });
// #endregion broadcast

const { completed } = await tasksDone(receivers);
stop();

assert.equal(receivers, 3);
assert.equal(completed, 3);
assert.deepEqual(changed, ['berlin: lamp 30', 'porto: lamp 30', 'oslo: lamp 30']);
assert.equal(printed.length, 3);
assert.equal(coordinator.stats().messages.handlerErrors, 3);
console.log(`${receivers} shops changed the price\n${printed.join('\n')}`);

/** A broadcast is one-way; whoever wants to know what came of it listens to the events. */
async function tasksDone(count: number) {
  await using events = coordinator.events.stream();
  for await (const { type } of events) if (type === 'task.completed' && --count === 0) break;
  return coordinator.stats().tasks;
}
