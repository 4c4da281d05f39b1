import { Coordinator, type CoordinatorOptions, memoryStore, type Store } from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';

/** A process that can end at any moment: from then on its store neither does what it asks nor answers. */
export interface Life {
  readonly coordinator: Coordinator;
  readonly clock: FakeClock;
  kill(): void;
}

/** A store that outlives the processes that use it. */
export class Lives {
  readonly clock: FakeClock = new FakeClock();
  readonly store: Store;

  constructor(store?: Store) {
    this.store = store ?? memoryStore({ clock: this.clock });
  }

  /** Another process at the store. Its clock is that of the others. */
  begin(options: Omit<CoordinatorOptions, 'store' | 'clock'> = {}): Life {
    const { store, clock } = this;
    let gone = false;
    const through = <P extends object>(port: P): P =>
      new Proxy(port, {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key);
          if (typeof value !== 'function') return value;
          return (...values: unknown[]) => (gone ? new Promise(() => {}) : value.apply(target, values));
        },
      });
    const mortal: Store = {
      durability: store.durability,
      journal: through(store.journal),
      records: through(store.records),
      close: () => store.close(),
    };
    return {
      coordinator: new Coordinator({ ...options, store: mortal, clock }),
      clock,
      kill: () => {
        gone = true;
      },
    };
  }

  /** The kinds of the entries of a run. */
  async kinds(id: string): Promise<string[]> {
    const { entries } = await this.store.journal.read(`run/${id}`);
    return entries.map((entry) => {
      const { type, step } = JSON.parse(entry);
      return step === undefined ? type : `${type} ${step}`;
    });
  }
}
