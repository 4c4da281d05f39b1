import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import { FakeClock, runContract, storeContract } from '../../src/testing/index.ts';

let clock = new FakeClock();
storeContract(
  { describe, it },
  () => {
    clock = new FakeClock();
    return memoryStore({ clock });
  },
  { advance: (_store, ms) => clock.advance(ms) },
);

describe('the memory store on the clock of the process', () => {
  it('keeps the contract too', { timeout: 20_000 }, async () => {
    const { failed, passed } = await runContract((runner) => storeContract(runner, () => memoryStore()));

    expect(failed).toEqual([]);
    expect(passed.length).toBeGreaterThanOrEqual(40);
  });
});
