import { describe, expect, it } from 'vitest';
import { bestMatch, leastLoaded, memoryTransport, roundRobin, systemClock } from '../../src/index.ts';
import { clockContract } from '../../src/testing/contracts/clock.ts';
import { type ContractRunner, runContract } from '../../src/testing/contracts/contract.ts';
import { strategyContract } from '../../src/testing/contracts/strategy.ts';
import { transportContract } from '../../src/testing/contracts/transport.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';

// What is in the house keeps its contracts, under a test runner…
const runner: ContractRunner = { describe, it };

transportContract(runner, memoryTransport);
for (const make of [leastLoaded, roundRobin, bestMatch])
  describe(make.name, () => strategyContract(runner, make));
describe('FakeClock', () => {
  clockContract(runner, () => new FakeClock(), { advance: (clock, ms) => clock.advance(ms) });
});
describe('systemClock', () => clockContract(runner, () => systemClock));

// …and without one.
describe('a contract that runs alone', () => {
  it('reports each clause that holds by its name', async () => {
    const { passed, failed } = await runContract((alone) => {
      transportContract(alone, memoryTransport);
      strategyContract(alone, leastLoaded);
      clockContract(alone, () => new FakeClock(), { advance: (clock, ms) => clock.advance(ms) });
    });

    expect(failed).toEqual([]);
    expect(passed).toContain('a transport: waits for no receiver');
    expect(passed).toContain('a routing strategy: has a name');
    expect(passed).toContain('a clock: gives ids that differ');
    expect(new Set(passed).size).toBe(passed.length);
  });

  it('goes on after a broken clause, and tells what is wrong', async () => {
    const { passed, failed } = await runContract(({ describe, it }) =>
      describe('two', () => {
        it('breaks', async () => {
          throw new Error('broken');
        });
        it('holds', async () => {});
      }),
    );

    expect(passed).toEqual(['two: holds']);
    expect(failed).toEqual([{ clause: 'two: breaks', error: new Error('broken') }]);
  });
});
