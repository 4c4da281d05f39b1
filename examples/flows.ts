import assert from 'node:assert/strict';
import { Coordinator, defineAgent, defineFlow, memoryStore } from '../src/index.ts';

// An order as code: loops, conditions and catch are those of the language, and each call of `flow` is a step.

const charged: string[] = [];
const stock = new Map([['lamp', 2]]);
const shop = defineAgent('shop', {
  handle: (item: string) => {
    const left = stock.get(item) ?? 0;
    if (left === 0) throw new Error(`no ${item} left`);
    stock.set(item, left - 1);
    return `${item} no. ${left}`;
  },
});

// #region flow
const order = defineFlow('order', { deadline: '72h' }, async (flow, items: readonly string[]) => {
  const total = await flow.step('charge', () => charge(items), { undo: () => refund(items) });
  const parcels: string[] = [];
  for (const item of items) {
    // The id of each step is its own: under it its outcome is on record.
    parcels.push(await flow.step(`pack-${item}`, shop, item).catch(() => `voucher for a ${item}`));
  }
  await flow.waitFor('collected', 'collected');
  return `${parcels.join(', ')} for ${total}`;
});
// #endregion flow

function charge(items: readonly string[]): number {
  charged.push(...items);
  return items.length * 10;
}
function refund(items: readonly string[]): void {
  charged.splice(0, items.length);
}

const store = memoryStore();
const first = new Coordinator({ agents: [shop], store });
const started = first.start(order, ['lamp', 'sofa'], { id: 'order-7' });
for await (const event of started.events())
  if (event.type === 'step.started' && event.step === 'collected') break;
await first.close(); // the process ends, and another begins

// #region resume
const second = new Coordinator({ agents: [shop], store, workflows: { definitions: [order] } });
const { resumed } = await second.resume(); // the code runs from its beginning; nothing is charged or packed again
const [run] = resumed;
await run?.sendSignal('collected');
const parcels = await run?.result;
// #endregion resume
assert.equal(parcels, 'lamp no. 2, voucher for a sofa for 20');
assert.deepEqual(charged, ['lamp', 'sofa']);
assert.equal(stock.get('lamp'), 1);
await second.close();
console.log(parcels);
