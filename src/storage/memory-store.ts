import { type Clock, clockRule, systemClock } from '../kernel/clock.ts';
import { ClosedError } from '../kernel/errors.ts';
import { parseOptions, withDefault } from '../kernel/options.ts';
import { MemoryJournal } from './memory-journal.ts';
import { MemoryRecords } from './memory-records.ts';
import type { Store } from './store.ts';

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** Where time comes from, for records that are gone after a time. @default systemClock */
  readonly clock?: Clock | undefined;
}

class MemoryStore implements Store {
  readonly durability = 'memory';
  readonly journal: MemoryJournal;
  readonly records: MemoryRecords;
  #closed = false;

  constructor(clock: Clock) {
    const checkOpen = (): void => {
      if (this.#closed) throw new ClosedError('Store');
    };
    this.journal = new MemoryJournal(checkOpen);
    this.records = new MemoryRecords(clock, checkOpen);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.journal.clear();
    this.records.clear();
  }
}

/**
 * A store in the memory of this process, where it is lost with the process: the default, and the reference for others.
 *
 * Every call has its effect at once, in the order of the calls, and resolves in the same turn. Records with a time to
 * live are removed when somebody looks at the records, or when the time is up while somebody watches; its one timer
 * keeps no process alive.
 *
 * @throws InvalidOptionsError
 */
export function memoryStore(options?: MemoryStoreOptions): Store {
  const { clock } = parseOptions('memoryStore', { clock: withDefault(clockRule, systemClock) }, options);
  return new MemoryStore(clock);
}
