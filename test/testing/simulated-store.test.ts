import { describe, expect, it } from 'vitest';
import { defineWorkflow, memoryStore, type RecordChange, type Store } from '../../src/index.ts';
import {
  type FaultRates,
  type Scenario,
  type SimulatedNode,
  type Simulation,
  SimulationError,
  simulate,
} from '../../src/testing/index.ts';
import { watch } from '../support/outcome.ts';

/** A node without a coordinator; what it does, the scenario does with its connections. */
const process = (sim: Simulation, name: string): SimulatedNode => sim.node(name, () => {});

const entriesOf = async (store: Store, stream: string): Promise<readonly string[]> =>
  (await store.journal.read(stream)).entries;

async function failureOf(work: Promise<unknown>): Promise<SimulationError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SimulationError);
  return error as SimulationError;
}

describe('a call of a store in a simulation', () => {
  it('has its effect on the way, and its answer later, each in a time from the seed', async () => {
    const times = new Set<string>();
    await simulate({ seeds: 200, latency: 3 }, async (sim) => {
      const store = sim.store();
      let effectAt = -1;
      store.records.watch('', () => {
        effectAt = sim.clock.monotonic();
      });
      await process(sim, 'one').store(store).records.create('a', 'text');
      times.add(`${effectAt} ${sim.clock.monotonic() - effectAt}`);
    });

    const ways = [0, 1, 2, 3];
    expect([...times].sort()).toEqual(ways.flatMap((there) => ways.map((back) => `${there} ${back}`)));
  });

  it('lets any other node go first, also when it takes no time', async () => {
    const winners = new Map<string, number>();
    await simulate({ seeds: 100, latency: 0 }, async (sim) => {
      const store = sim.store();
      const append = (name: string) => process(sim, name).store(store).journal.append('log', 0, [name]);
      const outcomes = [watch(append('one')), watch(append('two'))];
      await sim.advance(1);
      const [winner] = await entriesOf(store, 'log');
      winners.set(winner!, (winners.get(winner!) ?? 0) + 1);
      const loser = outcomes.find(({ state }) => state === 'rejected');

      expect(outcomes.map(({ state }) => state).sort()).toEqual(['fulfilled', 'rejected']);
      expect(loser?.value).toMatchObject({ code: 'CONFLICT', expected: 0, actual: 1 });
    });

    expect(Math.min(winners.get('one')!, winners.get('two')!)).toBeGreaterThan(25);
  });

  it('has no effect when the node crashes on the way there, and no answer when it crashes on the way back', async () => {
    const ends = new Map<string, number>();
    await simulate({ seeds: 200 }, async (sim) => {
      const store = sim.store();
      const node = process(sim, 'one');
      const outcome = watch(node.store(store).journal.append('log', 0, ['entry']));
      await sim.advance(4);
      node.crash(1);
      const { length } = await entriesOf(store, 'log');
      const end = `${length} ${outcome.state}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
      await sim.advance('1h');

      expect(await entriesOf(store, 'log')).toHaveLength(length);
      expect(`${length} ${outcome.state}`).toBe(end);
    });

    expect([...ends.keys()].sort()).toEqual(['0 pending', '1 fulfilled', '1 pending']);
    expect(Math.min(...ends.values())).toBeGreaterThan(20);
  });

  it('is there for the next life of the node', async () => {
    const found: unknown[] = [];
    await simulate({ seeds: 5 }, async (sim) => {
      const store = sim.store();
      const node = sim.node('one', (self) => {
        const { journal } = self.store(store);
        if (self.restarts === 0) void journal.append('log', 0, ['kept']);
        else void journal.read('log').then(({ entries }) => found.push(...entries));
      });
      await sim.advance(10);
      node.crash(5);
      await sim.advance('1m');
    });

    expect(found).toEqual(Array(5).fill('kept'));
  });

  it('comes after those about the same stream that were made before it, and before or after all others', async () => {
    const orders = new Set<string>();
    await simulate({ seeds: 200, twice: true }, async (sim) => {
      const store = sim.store();
      const { journal, records } = process(sim, 'one').store(store);
      const order: string[] = [];
      store.records.watch('', ({ key }) => order.push(key));
      const calls = [
        ...Array.from({ length: 4 }, (_, n) => journal.append('log', n, [`${n}`])),
        records.create('a', ''),
        records.create('b', ''),
      ];
      await Promise.all(calls);
      orders.add(order.join());

      expect(await entriesOf(store, 'log')).toEqual(['0', '1', '2', '3']);
    });

    expect([...orders].sort()).toEqual(['a,b', 'b,a']);
  });

  it('takes with it what it was given, whatever becomes of that', async () => {
    await simulate({ seeds: 5 }, async (sim) => {
      const store = sim.store();
      const entries = ['one', 'two'];
      const sent = process(sim, 'one').store(store).journal.append('log', 0, entries);
      entries.length = 0;
      await sent;

      expect(await entriesOf(store, 'log')).toEqual(['one', 'two']);
    });
  });

  it('goes through every method of a store, and is refused as the store refuses it', async () => {
    await simulate({ seeds: 5 }, async (sim) => {
      const { journal, records, durability } = process(sim, 'one').store(sim.store());
      await journal.append('log', 0, ['1', '2', '3']);
      await journal.truncate('log', 2, 'two');
      const revision = await records.create('a', 'x', { ttlMs: 60_000 });
      const parts = [
        durability,
        await journal.read('log', { limit: 1 }),
        await journal.list({ prefix: 'l' }),
        await records.update('a', 'y', revision),
        await records.get('a'),
        await records.list({ limit: 5 }),
        await records.delete('a'),
        await journal.delete('log', 3),
        await journal.read('log'),
      ];

      expect(parts).toEqual([
        'memory',
        { last: 3, snapshot: { sequence: 2, text: 'two' }, first: 3, entries: ['3'] },
        [{ stream: 'log', last: 3, entry: '3' }],
        2,
        { key: 'a', text: 'y', revision: 2 },
        [{ key: 'a', text: 'y', revision: 2 }],
        true,
        undefined,
        { last: 0, snapshot: undefined, first: 1, entries: [] },
      ]);
      await expect(journal.append('', 0, ['1'])).rejects.toMatchObject({ code: 'INVALID_KEY' });
      await expect(records.update('a', '', 9)).rejects.toMatchObject({ code: 'CONFLICT' });
    });
  });

  it.each(['node', 'simulation'] as const)(
    'is made by the coordinator of a %s on a way of its own',
    async (place) => {
      const { faults } = await simulate({ seeds: 50, faults: { storeError: 0.2 } }, async (sim) => {
        const store = sim.store();
        const house = (place === 'node' ? process(sim, 'one') : sim).coordinator({ store });
        const workflow = defineWorkflow('one').step('step', { run: () => 'done' });
        await house.run(workflow, undefined).catch(() => {});
        await house.close();
        expect(await store.journal.list()).toBeDefined();
      });

      expect(faults.storeError).toBeGreaterThan(5);
    },
  );

  it('reaches a store of one’s own', async () => {
    const own = memoryStore();
    await simulate({ seeds: [1] }, async (sim) => {
      expect(sim.store(own)).toBe(own);
      await process(sim, 'one').store(own).journal.append('log', 0, ['entry']);
      expect(await entriesOf(own, 'log')).toEqual(['entry']);
    });

    await expect(own.journal.read('log')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('a record in a simulation', () => {
  it('is gone in virtual time', async () => {
    await simulate({ seeds: 5, latency: 0 }, async (sim) => {
      const { records } = process(sim, 'one').store(sim.store());
      await records.create('lease', 'mine', { ttlMs: 30_000 });
      await sim.advance(29_999);
      expect(await records.get('lease')).toBeDefined();
      await sim.advance(1);
      expect(await records.get('lease')).toBeUndefined();
    });
  });

  it('tells its changes in their order, on the way back, to a node that lives', async () => {
    const delays = new Set<number>();
    await simulate({ seeds: 50, twice: true }, async (sim) => {
      const store = sim.store();
      const node = process(sim, 'one');
      const changes: RecordChange[] = [];
      node.store(store).records.watch('a', (change) => {
        changes.push(change);
        throw new Error('nobody’s');
      });
      for (const key of ['a', 'b', 'a1', 'a2']) await store.records.create(key, '');
      expect(changes).toEqual([]);
      while (changes.length < 3) await sim.advance(1);
      delays.add(sim.clock.monotonic());
      await store.records.create('a3', '');
      node.crash(1);
      await sim.advance('1m');

      expect(changes.map(({ key }) => key)).toEqual(['a', 'a1', 'a2']);
    });

    expect(delays.size).toBeGreaterThan(3);
  });

  it('tells nothing to whoever has ended it while the news was on its way', async () => {
    await simulate({ seeds: 20 }, async (sim) => {
      const store = sim.store();
      const changes: RecordChange[] = [];
      const end = process(sim, 'one')
        .store(store)
        .records.watch('', (change) => changes.push(change));
      await store.records.create('a', '');
      end();
      await sim.advance('1m');

      expect(changes).toEqual([]);
    });
  });
});

describe('a node that watches the records and crashes', () => {
  it('watches them no longer', async () => {
    await simulate({ seeds: 1 }, async (sim) => {
      const behind = memoryStore();
      let watchers = 0;
      const watchCounted: Store['records']['watch'] = (prefix, listener) => {
        const end = behind.records.watch(prefix, listener);
        watchers++;
        return () => {
          watchers--;
          end();
        };
      };
      const counted = { watch: watchCounted } as Store['records'];
      const store = sim.store({
        durability: 'memory',
        journal: behind.journal,
        records: counted,
        close: () => behind.close(),
      });
      const node = process(sim, 'one');
      node.store(store).records.watch('', () => {});
      node.store(store).records.watch('', () => {})();
      expect(watchers).toBe(1);
      node.crash(1);

      expect(watchers).toBe(0);
    });
  });
});

describe('closing a connection to a store', () => {
  it('waits for what is under way, then refuses, and leaves the store open', async () => {
    await simulate({ seeds: 50 }, async (sim) => {
      const store = sim.store();
      const connection = process(sim, 'one').store(store);
      const changes: RecordChange[] = [];
      connection.records.watch('', (change) => changes.push(change));
      const create = watch(connection.records.create('a', ''));
      const closing = connection.close();
      await expect(connection.records.get('a')).rejects.toMatchObject({ code: 'CLOSED' });
      expect(create.state).toBe('pending');
      await closing;
      expect(create).toEqual({ state: 'fulfilled', value: 1 });
      expect(connection.close()).toBe(closing);
      expect(() => connection.records.watch('', () => {})).toThrow(
        expect.objectContaining({ code: 'CLOSED' }),
      );
      const told = changes.length;
      await store.records.create('b', '');
      await sim.advance(10);

      expect(changes).toHaveLength(told);
    });
  });
});

describe('faults of a store', () => {
  it('strike before the effect or after it, with an error that a retry may follow', async () => {
    const ends = new Map<string, number>();
    const { faults } = await simulate({ seeds: 200, faults: { storeError: 0.5 } }, async (sim) => {
      const store = sim.store();
      const outcome = watch(process(sim, 'one').store(store).journal.append('log', 0, ['entry']));
      await sim.advance(20);
      const end = `${(await entriesOf(store, 'log')).length} ${outcome.state}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
      if (outcome.state === 'fulfilled') return;

      expect(outcome.value).toMatchObject({
        code: 'STORE_FAILED',
        fault: 'failed',
        retryable: true,
        cause: { code: 'INJECTED_FAULT', fault: 'storeError#1' },
      });
    });

    expect([...ends.keys()].sort()).toEqual(['0 rejected', '1 fulfilled', '1 rejected']);
    expect(Math.min(...ends.values())).toBeGreaterThan(15);
    expect(faults.storeError).toBe(200 - ends.get('1 fulfilled')!);
  });

  it('keep an answer back for up to ten seconds, and not the effect', async () => {
    const waits: number[] = [];
    await simulate({ seeds: 200, faults: { storeSlow: 1 } }, async (sim) => {
      const store = sim.store();
      const answer = process(sim, 'one').store(store).journal.append('log', 0, ['entry']);
      const answered = answer.then(() => sim.clock.monotonic());
      await sim.advance(6);
      expect(await entriesOf(store, 'log')).toEqual(['entry']);
      waits.push(await answered);
    });

    expect(Math.max(...waits)).toBeGreaterThan(9_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_010);
    expect(waits.filter((wait) => wait < 20).length).toBeGreaterThan(70);
  });

  it('strike no more once something has to come true', async () => {
    const states: string[] = [];
    await simulate({ seeds: 30, faults: { storeError: 1, storeSlow: 1 } }, async (sim) => {
      const { records } = process(sim, 'one').store(sim.store());
      const before = watch(records.get('a'));
      await sim.advance('1m');
      const after = watch(records.get('a'));
      await sim.eventually('it is read', () => after.state === 'fulfilled', 20);
      states.push(before.state);
    });

    expect([...new Set(states)].sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a counter that is stored', () => {
  /** Counts deliveries; what it could not store it stores again, unless it is there by then. */
  const counter =
    (looksFirst: boolean): Scenario =>
    async (sim) => {
      const store = sim.store();
      const counted: string[] = [];
      sim.check('each delivery is counted once', () => new Set(counted).size === counted.length);
      sim.node('counter', (node) => {
        const { clock } = node;
        const { journal } = node.store(store);
        const work = async (): Promise<void> => {
          let { last, entries } = await journal.read('count');
          for (let n = entries.length; n < 6; ) {
            try {
              last = await journal.append('count', last, [`delivery ${n}`]);
              n++;
            } catch {
              const now = await journal.read('count').catch(() => undefined);
              if (now === undefined) continue;
              ({ last, entries } = now);
              if (looksFirst) n = entries.length;
            }
          }
        };
        const start = (): void => {
          work().catch(() => clock.schedule(start, 10));
        };
        start();
      });
      const look = async (): Promise<void> => {
        counted.splice(0, counted.length, ...(await entriesOf(store, 'count')));
      };
      for (let n = 0; n < 40; n++) {
        await sim.advance(5);
        await look();
      }
      await sim.advance('1m');
      await look();
      await sim.eventually('everything is counted', () => counted.length >= 6);
    };

  const all: FaultRates = {
    storeError: true,
    storeSlow: 0.03,
    crash: 0.03,
    freeze: 0.01,
    secondOwner: 0.02,
    loopStall: 0.01,
  };

  it('counts each delivery once, whatever happens, and goes the same way each time', async () => {
    const { faults } = await simulate({ seeds: 300, faults: all, twice: true }, counter(true));

    expect(Object.keys(faults).sort()).toEqual(Object.keys(all).sort());
    expect(Math.min(...Object.values(faults))).toBeGreaterThan(30);
  });

  it('is found out by one lost answer when it does not look first, and by nothing else', async () => {
    const faults: FaultRates = { storeError: true, storeSlow: 0.03, loopStall: 0.01 };
    const error = await failureOf(simulate({ seeds: 100, faults }, counter(false)));

    expect(error.message).toContain('does not hold: each delivery is counted once');
    expect(error.faults).toHaveLength(1);
    expect(error.faults[0]).toMatchObject({
      kind: 'storeError',
      after: true,
      where: 'counter journal.append count',
    });
    expect(error.log.join('\n')).toMatch(/counter hears of journal\.append count: storeError#\d+/);
  });
});
