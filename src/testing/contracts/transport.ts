import type { Transport } from '../../index.ts';
import { claim } from './checks.ts';
import type { ContractRunner } from './contract.ts';
import { TransportBench, type TransportContractOptions } from './transport-bench.ts';
import { messageClauses } from './transport-messages.ts';
import { requestClauses } from './transport-requests.ts';

/**
 * Checks a transport, clause by clause: what `Transport` and `Reply` promise. Messages and requests are sent by brokers.
 *
 * @param makeTransport Makes the transport that is to be checked, anew for each clause. What it holds open is yours to
 * close, after each test or at last.
 */
export function transportContract(
  { describe, it }: ContractRunner,
  makeTransport: () => Transport | PromiseLike<Transport>,
  options: TransportContractOptions = {},
): void {
  const clause = (name: string, check: (bench: TransportBench) => Promise<void>): void => {
    it(name, async () => {
      const bench = new TransportBench(await makeTransport(), options);
      try {
        await check(bench);
        claim(bench.faults.length === 0, bench.faults.join('; '));
      } finally {
        bench.clear();
      }
    });
  };

  describe('a transport', () => {
    messageClauses(clause);
    requestClauses(clause);
  });
}
