import type { Store } from '../../index.ts';
import type { ContractRunner } from './contract.ts';
import { type DeclareStoreClause, StoreBench, type StoreContractOptions } from './store-bench.ts';
import { journalClauses } from './store-journal.ts';
import { closeClauses, restartClauses } from './store-life.ts';
import { raceClauses } from './store-races.ts';
import { recordClauses } from './store-records.ts';
import { textClauses } from './store-texts.ts';
import { watchClauses } from './store-watch.ts';

/**
 * Checks a store, clause by clause: what `Store`, `Journal` and `Records` promise. What it promises about crashes and
 * power cuts, only the end of a process can show.
 *
 * @param makeStore Makes an empty store that is to be checked, anew for each clause. The clause closes it.
 */
export function storeContract(
  { describe, it }: ContractRunner,
  makeStore: () => Store | PromiseLike<Store>,
  options: StoreContractOptions = {},
): void {
  const clause: DeclareStoreClause = (name, check) => {
    it(name, async () => {
      const bench = new StoreBench(await makeStore(), options);
      try {
        await check(bench);
      } finally {
        await bench.clear();
      }
    });
  };

  describe('a store', () => {
    journalClauses(clause);
    recordClauses(clause);
    watchClauses(clause);
    textClauses(clause);
    raceClauses(clause);
    closeClauses(clause);
    if (options.reopen !== undefined) restartClauses(clause);
  });
}
