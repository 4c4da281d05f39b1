import { describe, expect, it } from 'vitest';
import { type Coordinator, defineAgent } from '../../src/index.ts';
import {
  type FaultRates,
  type SimulatedNode,
  type Simulation,
  SimulationError,
  simulate,
} from '../../src/testing/index.ts';
import { type Outcome, watch } from '../support/outcome.ts';

/** A desk that says who it is on one node, and who asks it on another. */
function deskAndAsker(sim: Simulation) {
  const houses: Coordinator[] = [];
  const news: string[] = [];
  const desk = sim.node('desk', (node) => {
    const life = node.restarts;
    const house = node.coordinator();
    house.messages.respond(
      'who',
      node.step('who', async () => life),
    );
    house.messages.subscribe('news', (body) => {
      news.push(`${life}: ${body}`);
    });
    houses.push(house);
  });
  const asker = sim.node('asker', (node) => void node.coordinator({ messages: { timeout: '1h' } }));
  const ask = (): Outcome => watch(asker.current!.messages.request('who', undefined));
  const tell = (text: string): void => asker.current!.messages.publish('news', text);
  return { houses, news, desk, asker, ask, tell };
}

describe('a node that stands still', () => {
  it('answers nobody, and then everybody', async () => {
    await simulate({ seeds: 50, twice: true }, async (sim) => {
      const { desk, news, ask, tell } = deskAndAsker(sim);
      desk.freeze(30_000);
      const outcome = ask();
      for (const text of ['a', 'b', 'c']) tell(text);
      await sim.advance(29_999);
      expect({ frozen: desk.frozen, state: outcome.state, news }).toEqual({
        frozen: true,
        state: 'pending',
        news: [],
      });
      await sim.advance(20);

      expect({ frozen: desk.frozen, outcome, news }).toEqual({
        frozen: false,
        outcome: { state: 'fulfilled', value: 0 },
        news: ['0: a', '0: b', '0: c'],
      });
    });
  });

  it('hears neither answers nor that nobody is there, until it goes on', async () => {
    await simulate({ seeds: 50, faults: { messageDelayed: 1 } }, async (sim) => {
      const { asker, ask } = deskAndAsker(sim);
      const outcome = ask();
      const nobody = watch(asker.current!.messages.request('nobody', undefined));
      await sim.advance(1);
      asker.freeze(10_000);
      const before = [{ ...outcome }, { ...nobody }];
      await sim.advance(9_999);
      expect([outcome, nobody]).toEqual(before);
      await sim.advance(20);

      expect(outcome).toEqual({ state: 'fulfilled', value: 0 });
      expect(nobody.value).toMatchObject({ code: 'NO_RESPONDER' });
    });
  });

  it('does what it is asked meanwhile when it goes on', async () => {
    await simulate({ seeds: 20 }, async (sim) => {
      const done: string[] = [];
      const store = sim.store();
      const node = sim.node('one', (self) => {
        const agent = defineAgent('ada', {
          concurrency: 2,
          handle: async (text: string) => void done.push(text),
        });
        self.coordinator({ agents: [agent] });
      });
      const { journal } = node.store(store);
      node.freeze(1_000);
      const outcome = watch(node.current!.ask('ada', 'work'));
      const calls = [journal.append('log', 0, ['1']), journal.append('log', 1, ['2'])];
      node.clock.schedule(() => done.push('timer'), 10);
      void node.step('step', async () => done.push('step'))();
      await sim.advance(999);
      expect({ done, state: outcome.state, last: (await store.journal.read('log')).last }).toEqual({
        done: [],
        state: 'pending',
        last: 0,
      });
      await sim.advance(20);

      expect({ done: done.sort(), state: outcome.state, lasts: await Promise.all(calls) }).toEqual({
        done: ['step', 'timer', 'work'],
        state: 'fulfilled',
        lasts: [1, 2],
      });
    });
  });

  it('has sent what it has sent: its calls reach the store, and it hears of them late', async () => {
    const ends = new Set<string>();
    await simulate({ seeds: 30, latency: 3 }, async (sim) => {
      const store = sim.store();
      const node = sim.node('one', () => {});
      const outcome = watch(node.store(store).journal.append('log', 0, ['entry']));
      node.freeze(1_000);
      await sim.advance(10);
      ends.add(`${(await store.journal.read('log')).last} ${outcome.state}`);
      await sim.advance(1_000);

      expect(outcome).toEqual({ state: 'fulfilled', value: 1 });
    });

    expect([...ends]).toEqual(['1 pending']);
  });

  it('hears its timers late, in the order in which they were due, and input before or after them', async () => {
    const orders = new Set<string>();
    await simulate({ seeds: 50 }, async (sim) => {
      const order: string[] = [];
      const store = sim.store();
      const node = sim.node('one', () => {});
      const rings = (name: string, ms: number) => node.clock.schedule(() => order.push(name), ms);
      rings('c', 300);
      rings('a', 100);
      rings('b', 200);
      rings('late', 5_000);
      rings('never', 50).cancel();
      node.store(store).records.watch('', ({ key }) => order.push(key));
      node.freeze(1_000);
      await store.records.create('1', '');
      await store.records.create('2', '');
      await sim.advance(999);
      expect(order).toEqual([]);
      await sim.advance(10);
      orders.add(order.join(''));
      await sim.advance(5_000);

      expect(order.slice(5)).toEqual(['late']);
    });

    expect([...orders].sort()).toEqual(['12abc', 'abc12']);
  });

  it('waits on its own clock, and is not kept from crashing', async () => {
    await simulate({ seeds: 20 }, async (sim) => {
      const rung: number[] = [];
      const node = sim.node('one', (self) => {
        const life = self.restarts;
        self.clock.schedule(() => rung.push(life), 100);
      });
      node.freeze(60_000);
      await sim.advance(50);
      node.crash(100);
      await sim.advance('2m');

      expect(rung).toEqual([1]);
      expect(node.frozen).toBe(false);
    });
  });

  it('goes on when something has to come true', async () => {
    const { faults } = await simulate({ seeds: 100, faults: { freeze: 0.2 }, twice: true }, async (sim) => {
      const { desk, asker, ask } = deskAndAsker(sim);
      await sim.advance(1);
      await sim.advance(1);
      const outcome = ask();
      await sim.eventually('it is answered', () => outcome.state === 'fulfilled', 50);
      expect([desk.frozen, asker.frozen]).toEqual([false, false]);
    });

    expect(faults.freeze).toBeGreaterThan(15);
  });

  it('takes in first what came first, also what comes while it does', async () => {
    await simulate({ seeds: 50 }, async (sim) => {
      const { desk, houses, news, tell } = deskAndAsker(sim);
      houses[0]!.messages.subscribe('news', (text) => {
        if (text === 'a') tell('last');
      });
      desk.freeze(100);
      for (const text of ['a', 'b', 'c']) tell(text);
      await sim.advance(105);

      expect(news).toEqual(['0: a', '0: b', '0: c', '0: last']);
    });
  });

  it('takes in everything before the simulation is over', async () => {
    const all: string[][] = [];
    await simulate({ seeds: 20 }, async (sim) => {
      const { desk, news, tell } = deskAndAsker(sim);
      all.push(news);
      desk.freeze(100);
      tell('a');
      tell('b');
    });

    expect(all).toEqual(Array(20).fill(['0: a', '0: b']));
  });

  it('may stand still again before it has taken in what came', async () => {
    await simulate({ seeds: 50 }, async (sim) => {
      const { desk, houses, news, tell } = deskAndAsker(sim);
      houses[0]!.messages.subscribe('news', (text) => {
        if (text === 'b') desk.freeze(100);
      });
      desk.freeze(100);
      for (const text of ['a', 'b', 'c', 'd']) tell(text);
      await sim.advance(199);
      expect(news).toEqual(['0: a', '0: b']);
      await sim.advance(5);
      tell('e');
      await sim.advance(1);

      expect(news).toEqual(['0: a', '0: b', '0: c', '0: d', '0: e']);
    });
  });
});

describe('a node that is started a second time', () => {
  it('has two lives that know nothing of each other, of which others reach the new one', async () => {
    await simulate({ seeds: 50, twice: true }, async (sim) => {
      const { houses, news, desk, ask, tell } = deskAndAsker(sim);
      const [before] = [ask(), await sim.advance(20)];
      desk.startSecond();
      const after = ask();
      tell('hello');
      const own = houses.map((house) => watch(house.messages.request('who', undefined)));
      await sim.advance(20);

      expect([before, after, ...own].map(({ value }) => value)).toEqual([0, 1, 0, 1]);
      expect(news).toEqual(['0: hello', '1: hello']);
      expect({ current: desk.current, restarts: desk.restarts }).toEqual({ current: houses[1], restarts: 1 });
    });
  });

  it('is reached in its former life again when the new one has crashed, until it begins anew', async () => {
    await simulate({ seeds: 20 }, async (sim) => {
      const { desk, ask } = deskAndAsker(sim);
      const answers: unknown[] = [];
      const asked = async (): Promise<void> => {
        const outcome = ask();
        await sim.advance(20);
        answers.push(outcome.value);
      };
      desk.startSecond();
      await asked();
      desk.crash(30);
      expect(desk.current).toBeUndefined();
      await asked();
      await sim.advance(20);
      await asked();

      expect(answers).toEqual([1, 0, 2]);
    });
  });

  it('does what it did for a former life that goes on: its timers ring and its answers come', async () => {
    await simulate({ seeds: 20 }, async (sim) => {
      const rung: number[] = [];
      const lasts: unknown[] = [];
      const store = sim.store();
      const node = sim.node('one', (self) => {
        const life = self.restarts;
        self.clock.schedule(() => rung.push(life), 100);
        void self
          .store(store)
          .journal.append(`log ${life}`, 0, ['entry'])
          .then((last) => lasts.push(last));
      });
      node.startSecond();
      await sim.advance(200);

      expect([rung.sort(), lasts]).toEqual([
        [0, 1],
        [1, 1],
      ]);
    });
  });

  it('loses nothing to a former life that stood still and goes on: its append conflicts', async () => {
    const late = new Map<string, number>();
    await simulate({ seeds: 200, twice: true }, async (sim) => {
      const store = sim.store();
      const refused: string[] = [];
      /** Appends one entry after another, until another owner has. */
      const node = sim.node('owner', (self) => {
        const life = self.restarts;
        const { journal } = self.store(store);
        const work = async (): Promise<void> => {
          let { last } = await journal.read('log');
          for (let n = 0; n < 5; n++) last = await journal.append('log', last, [`${life}`]);
        };
        work().catch((error: { code: string }) => refused.push(`${life} ${error.code}`));
      });
      await sim.advance(Math.floor(sim.random() * 50));
      node.freeze(60_000);
      node.startSecond();
      await sim.advance('10m');
      const { entries } = await store.journal.read('log');
      const written = entries.join('');
      late.set(refused.join(), (late.get(refused.join()) ?? 0) + 1);

      expect(written).toMatch(/^0*1*$/);
      if (refused.length === 0) expect([...written].sort().join('')).toBe('0000011111');
    });

    expect(late.get('0 CONFLICT')).toBeGreaterThan(100);
    expect(late.get('')).toBeGreaterThan(5);
  });

  it('comes by itself, until three lives go on at once; former ones crash for good', async () => {
    const play = async (faults: FaultRates, first: (node: SimulatedNode) => void) => {
      const restarts = new Set<number>();
      const lives = new Set<string>();
      await simulate({ seeds: 100, faults, twice: true }, async (sim) => {
        const alive = new Set<number>();
        const node = sim.node('one', (self) => {
          const { clock, restarts: life } = self;
          const beat = (): void => {
            alive.add(life);
            if (sim.clock.monotonic() < 500) clock.schedule(beat, 10);
          };
          beat();
        });
        first(node);
        await sim.advance(300);
        restarts.add(node.restarts);
        await sim.eventually('nothing strikes any more', () => true);
        alive.clear();
        await sim.advance(100);
        lives.add(`${alive.size}${alive.has(0) ? ' with the first' : ''}`);
      });
      return { restarts: [...restarts].sort(), lives: [...lives].sort() };
    };

    expect(await play({ secondOwner: 0.3 }, () => {})).toEqual({
      restarts: [0, 2],
      lives: ['1 with the first', '3 with the first'],
    });
    const two = await play({ crash: 0.02 }, (node) => node.startSecond());
    expect(two.lives).toEqual(['1', '2 with the first']);
    const both = await play({ secondOwner: 0.3, crash: 0.02 }, () => {});
    expect(both.restarts.length).toBeGreaterThan(4);
    expect(both.lives.map((text) => text[0])).not.toContain('4');
  });

  it('is not, while it is down', async () => {
    await simulate({ seeds: 5 }, async (sim) => {
      const node = sim.node('one', () => {});
      node.crash(100);
      node.startSecond();
      expect(node.restarts).toBe(0);
      await sim.advance(200);

      expect(node.restarts).toBe(1);
    });
  });

  it('shares topics with itself alone', async () => {
    await simulate({ seeds: 1 }, async (sim) => {
      const { houses, asker } = deskAndAsker(sim);
      const respond = (house: Coordinator): unknown => house.messages.respond('who', () => 'me, too');

      expect(() => respond(asker.current!)).toThrow(expect.objectContaining({ code: 'TOPIC_TAKEN' }));
      expect(() => respond(houses[0]!)).toThrow(expect.objectContaining({ code: 'TOPIC_TAKEN' }));
    });
  });

  it('must come to rest in every life, and is closed in every one', async () => {
    const houses: Coordinator[] = [];
    const scenario =
      (ends: boolean) =>
      async (sim: Simulation): Promise<void> => {
        houses.length = 0;
        const start = (node: SimulatedNode): void => {
          const house = node.coordinator();
          houses.push(house);
          house.messages.respond('hang', () => (ends ? undefined : new Promise(() => {})));
          if (node.restarts > 0) return;
          void house.messages.request('hang', undefined, { timeout: Number.POSITIVE_INFINITY });
        };
        sim.node('one', start).startSecond();
        await sim.advance(10);
      };
    const error = await simulate({ seeds: 1 }, scenario(false)).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(SimulationError);
    expect((error as SimulationError).message).toContain('not at rest in the end: one: ');
    await simulate({ seeds: 1 }, scenario(true));
    for (const house of houses) {
      await expect(house.messages.request('hang', undefined)).rejects.toMatchObject({ code: 'CLOSED' });
    }
  });
});

describe('a node that crashes', () => {
  it('hears no answer, and gives none, not even to what was in hand', async () => {
    await simulate({ seeds: 20 }, async (sim) => {
      const desk = sim.node('desk', (node) => {
        node.coordinator().messages.respond('slow', async () => {
          await sim.advance(50);
          return 'answer';
        });
      });
      const asker = sim.node('asker', (node) => void node.coordinator({ messages: { timeout: '1s' } }));
      const toTheDead = watch(asker.current!.messages.request('slow', undefined));
      await sim.advance(10);
      desk.crash(1);
      await sim.advance('2s');
      expect(toTheDead.value).toMatchObject({ code: 'TIMEOUT' });
      const ofTheDead = watch(asker.current!.messages.request('slow', undefined));
      await sim.advance(10);
      asker.crash(1);
      await sim.advance('2s');

      expect(ofTheDead.state).toBe('pending');
    });
  });
});
