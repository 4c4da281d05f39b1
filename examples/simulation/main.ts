import assert from 'node:assert/strict';
import { SimulationError, simulate } from '../../src/testing/index.ts';
import { Shop } from './order.ts';

// #region simulate
const report = await simulate(
  { seeds: 500, faults: { handlerError: true, handlerSlow: true, messageDelayed: true } },
  async (sim) => {
    const shop = new Shop();
    const coordinator = sim.coordinator({ agents: [shop.cashier, shop.packer] });
    sim.check('nothing is sent that is not paid', () =>
      shop.sent.every((order) => shop.charged.includes(order)),
    );
    const runs = ['a', 'b', 'c'].map((order) => coordinator.start(shop.order, order));
    for (const run of runs) run.result.catch(() => {});
    await sim.advance('10m');
    await sim.eventually('every order is through', () =>
      runs.every(({ status }) => status === 'completed' || status === 'failed'),
    );
  },
);
// #endregion simulate
assert.equal(report.simulations, 500);
assert.ok((report.faults.handlerError ?? 0) > 50);

// #region bug
const incident = await simulate({ seeds: 500, faults: { handlerError: true } }, async (sim) => {
  const shop = new Shop();
  const coordinator = sim.coordinator({ agents: [shop.cashier, shop.packer] });
  sim.check('no order is sent twice', () => new Set(shop.sent).size === shop.sent.length);
  await coordinator.run(shop.order, 'a').catch(() => {});
}).catch((error: unknown) => error);
// #endregion bug
assert.ok(incident instanceof SimulationError);
// One fault is enough: the packer packs, and then its answer is lost.
assert.deepEqual(
  incident.faults.map(({ kind, where, after }) => ({ kind, where, after })),
  [{ kind: 'handlerError', where: 'packer', after: true }],
);
console.log(`${report.simulations} simulations, ${report.events} happenings\n\n${incident.message}`);
