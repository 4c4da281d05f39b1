import assert from 'node:assert/strict';
import { Coordinator, defineAgent } from '../src/index.ts';
import { FakeClock, Faults } from '../src/testing/index.ts';

// A payment that must be asked for once, whatever happens on the way.

// #region setup
const clock = new FakeClock();
const faults = new Faults({ clock });

const charges = new Map<string, number>();
const cashier = defineAgent('cashier', {
  policy: { attempts: 3, timeout: '10s', backoff: { initial: '1s', jitter: 0 } },
  handle: async (amount: number, { idempotencyKey }) => {
    charges.set(idempotencyKey, amount);
    return 'paid';
  },
});

const coordinator = new Coordinator({
  clock,
  agents: [faults.agent(cashier)],
  messages: { transport: faults.transport() },
});
// #endregion setup

// #region after
// The card is charged, and then the answer is lost.
faults.failNext('cashier', 1, { after: true });
const receipt = coordinator.ask(cashier, 40);
await clock.advance('1s');

assert.equal(await receipt, 'paid');
assert.deepEqual([...charges.values()], [40]);
// #endregion after

// #region hang
// The next attempt hangs for its 10 s, and keeps the agent's one slot for the grace period of 5 s.
faults.hangNext('cashier');
const second = coordinator.ask(cashier, 60);
await clock.advance('15s');

assert.equal(await second, 'paid');
// #endregion hang

// #region transport
// The work never reaches the agent.
faults.drop('agent.cashier');
const third = coordinator.ask(cashier, 80, { policy: { attempts: 1 } });
const lost = third.catch((error) => error.code);
await clock.advance('10s');

assert.equal(await lost, 'TIMEOUT');
// #endregion transport
assert.equal(charges.size, 2);
await clock.advance('5s');
await coordinator.close();
console.log(`charged ${[...charges.values()].join(' and ')}, ${faults.struck} faults`);
