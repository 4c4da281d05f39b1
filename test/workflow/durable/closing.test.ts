import { describe, expect, it } from 'vitest';
import { Coordinator, defineWorkflow, memoryStore, type Store, signal } from '../../../src/index.ts';
import { FakeClock } from '../../../src/testing/index.ts';

/** A store behind a line: calls reach it after 20 ms, and their answers come after 20 more. */
class SlowStore {
  readonly kept: Store;
  readonly store: Store;
  /** Calls that were made and not answered yet. */
  open = 0;
  /** Calls that were made. */
  made = 0;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
    this.kept = memoryStore({ clock });
    const { durability, journal, records, close } = this.kept;
    this.store = { durability, journal: this.#slow(journal), records: this.#slow(records), close };
  }

  #slow<P extends object>(port: P): P {
    const wait = (): Promise<void> => new Promise((resolve) => void this.#clock.schedule(resolve, 20));
    const slow = async (call: (...values: never[]) => unknown, values: never[]): Promise<unknown> => {
      this.open++;
      this.made++;
      await wait();
      try {
        return await call.apply(port, values);
      } finally {
        await wait();
        this.open--;
      }
    };
    return new Proxy(port, {
      get: (target, key) => {
        const call: unknown = Reflect.get(target, key);
        if (typeof call !== 'function') return call;
        return (...values: never[]) => slow(call as (...values: never[]) => unknown, values);
      },
    });
  }
}

const inner = defineWorkflow('inner').step('x', { run: () => 'x' });
const short = defineWorkflow('short').step('a', { run: inner, input: () => undefined });
const long = defineWorkflow('long')
  .step('a', { run: () => 'a' })
  .step('b', { after: ['a'], run: signal('go') });
const workflows = { definitions: [short, long], retention: { runs: 0 }, lease: '1s' } as const;

describe('closing, at any moment', () => {
  it('waits for all that is on its way into the store, and leaves runs that others may take up at once', async () => {
    for (let ms = 0; ms <= 800; ms += 10) {
      const clock = new FakeClock();
      const line = new SlowStore(clock);
      const coordinator = new Coordinator({ store: line.store, clock, workflows });
      const runs = [
        coordinator.start(short, undefined, { id: 's' }),
        coordinator.start(long, undefined, { id: 'l' }),
      ];
      const told = new Map<string, string>();
      const lastOf = async (id: string): Promise<string | undefined> => {
        const { entries } = await line.kept.journal.read(`run/${id}`);
        return entries.length === 0 ? undefined : JSON.parse(entries.at(-1)!).type;
      };
      for (const { id, result } of runs)
        result.catch(async ({ code }) => {
          if (code === 'SUSPENDED') told.set(id, String(await lastOf(id)));
        });
      await clock.advance(ms);
      let closed = false;
      const closing = coordinator.close().then(() => {
        closed = true;
      });
      while (!closed) await clock.advance(1);
      await closing;
      const at = `closed after ${ms} ms`;
      expect(line.open, `calls under way, ${at}`).toBe(0);
      const { made } = line;
      await clock.advance(200);
      expect(line.made, `calls made, ${at}`).toBe(made);
      for (const [id, type] of told)
        expect(type, `${id} was told to be suspended, ${at}`).toBe('run.suspended');

      const next = new Coordinator({ store: line.kept, clock, workflows });
      const { left } = await next.resume();
      expect(left, at).toEqual([]);
      await next.close();
    }
  });
});
