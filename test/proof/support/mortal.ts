import { Coordinator, type CoordinatorOptions, memoryStore, type Store } from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';
import { Book } from './book.ts';

/** The call of a store at which a process ends. */
export interface Death {
  /** The number of the call, over all lives; the first is 1. */
  readonly call: number;
  /** Whether it ends before the effect of the call or after it, or closes its coordinator and ends in good order. */
  readonly how: 'before' | 'after' | 'closing';
}

/** All ways in which a process ends. */
export const DEATHS: readonly Death['how'][] = ['before', 'after', 'closing'];

/** How long the lease of an owner lasts that has not said that it goes. */
export const LEASE = '30s';

/** A process that ends at a call of its store: from then on nothing that it does has an effect. */
export class Life {
  readonly coordinator: Coordinator;
  /** True once it has ended. What its code does afterwards never happened. */
  gone = false;
  /** Set once it closes its coordinator. */
  closed: Promise<unknown> | undefined;

  constructor(house: House, options: Omit<CoordinatorOptions, 'store' | 'clock'>) {
    const { book, clock } = house;
    const through = <P extends object>(port: P): P =>
      new Proxy(port, {
        get: (target, key) => {
          const value: unknown = Reflect.get(target, key);
          if (typeof value !== 'function') return value;
          return (...values: unknown[]): unknown => {
            if (this.gone) return new Promise(() => {});
            const { death } = house;
            if (++house.calls !== death?.call) return value.apply(target, values);
            if (death.how === 'closing') {
              queueMicrotask(() => {
                this.closed = this.coordinator.close();
              });
              return value.apply(target, values);
            }
            if (death.how === 'after') void value.apply(target, values);
            this.gone = true;
            return new Promise(() => {});
          };
        },
      });
    const store: Store = {
      durability: book.store.durability,
      journal: through(book.store.journal),
      records: through(book.store.records),
      close: () => book.store.close(),
    };
    this.coordinator = new Coordinator({ ...options, store, clock });
  }
}

/** A store and one clock, and the lives of the processes that use them one after the other. */
export class House {
  readonly clock: FakeClock = new FakeClock();
  readonly book: Book = new Book(memoryStore({ clock: this.clock }));
  /** Calls of the store, of all lives. */
  calls = 0;
  /** The call at which a process ends; it strikes once. */
  readonly death: Death | undefined;

  constructor(death?: Death) {
    this.death = death;
  }

  begin(options: Omit<CoordinatorOptions, 'store' | 'clock'>): Life {
    return new Life(this, options);
  }

  /** Waits on the clock; for a life that has ended never ends. */
  async sleep(life: Life, ms: number, signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        timer.cancel();
        reject(signal!.reason);
      };
      const timer = this.clock.schedule(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      if (signal?.aborted === true) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
    if (life.gone) await new Promise(() => {});
  }
}
