import { type Clock, type Store, StoreError } from '../../index.ts';
import type { FaultSource, LocalFault } from './fault.ts';
import { InjectedFaultError } from './faulty-agent.ts';
import { storeThrough } from './store-calls.ts';

/** What a call of a store rejects with when a fault strikes it. */
export function storeFailure(where: string, fault: Pick<LocalFault, 'id' | 'error'>): unknown {
  if (fault.error !== undefined) return fault.error;
  const cause = new InjectedFaultError(fault.id, where);
  return new StoreError('failed', cause.message, cause);
}

/** A store that fails and takes its time as `faults` say. They strike at its name and the method. */
export function faultyStore(name: string, store: Store, faults: FaultSource, clock: Clock): Store {
  return storeThrough(store, {
    call: ({ method }, work) => {
      const where = `${name}.${method}`;
      const slow = faults.strike('storeSlow', where);
      const fault = faults.strike('storeError', where);
      if (slow === undefined && fault === undefined) return work();
      return late(where, slow, fault, work);
    },
    watch: (prefix, listener) => store.records.watch(prefix, listener),
    close: () => store.close(),
  });

  async function late<T>(
    where: string,
    slow: LocalFault | undefined,
    fault: LocalFault | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      if (fault !== undefined && !fault.after) throw storeFailure(where, fault);
      const answer = await work();
      if (fault !== undefined) throw storeFailure(where, fault);
      return answer;
    } finally {
      if (slow !== undefined) await new Promise<void>((resolve) => void clock.schedule(resolve, slow.ms));
    }
  }
}
