import { describe, expect, it } from 'vitest';
import type { RoutingStrategy } from '../../src/index.ts';
import { runContract, strategyContract } from '../../src/testing/index.ts';

const firstFree = (): RoutingStrategy => ({
  name: 'first-free',
  choose: (_request, candidates) => candidates.find(({ available }) => available),
});

// #region suite
strategyContract({ describe, it }, firstFree);
// #endregion suite

// #region alone
it('keeps the contract of strategies', async () => {
  const { passed, failed } = await runContract((runner) => strategyContract(runner, firstFree));
  expect(failed).toEqual([]);
  expect(passed).toContain('a routing strategy: finds the one that is free, wherever it stands');
});
// #endregion alone
