import { describe, expect, it } from 'vitest';
import { bestMatch, defineAgent, leastLoaded, type RoutingStrategy, roundRobin } from '../../src/index.ts';
import { deskAgent, houseWith, namedAgent, WORK } from '../support/house.ts';
import { watch } from '../support/outcome.ts';

/** Asks for work `count` times, one after the other, and tells who did it. */
async function askInTurn(routing: RoutingStrategy | undefined, names: readonly string[], count: number) {
  const { house } = houseWith({ routing, agents: names.map((name) => namedAgent(name)) });
  const done: unknown[] = [];
  for (let n = 0; n < count; n++) done.push(await house.ask(WORK, n));
  return done;
}

describe('round robin', () => {
  it('takes one after the other in the order of registration', async () => {
    expect(await askInTurn(roundRobin(), ['b', 'a', 'c'], 7)).toEqual(['b', 'a', 'c', 'b', 'a', 'c', 'b']);
  });

  it('passes over those without a free slot', async () => {
    const [a, b, c] = [deskAgent('a'), deskAgent('b'), deskAgent('c', { concurrency: 2 })];
    const { clock, house } = houseWith({ routing: roundRobin(), agents: [a.agent, b.agent, c.agent] });
    watch(house.ask('b', 'keeps b busy'));
    for (const n of [1, 2, 3]) watch(house.ask(WORK, n));
    await clock.settle();

    expect([a.desk.inputs, b.desk.inputs, c.desk.inputs]).toEqual([[1], ['keeps b busy'], [2, 3]]);
  });

  it('keeps a turn of its own for everything that is asked for', async () => {
    const agents = ['a', 'b'].map((name) => namedAgent(name, { capabilities: ['read', 'write'] }));
    const { house } = houseWith({ routing: roundRobin(), agents });
    const done: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      for (const capability of ['read', 'write'])
        done.push(await house.ask({ capabilities: [capability] }, n));
    }

    expect(done).toEqual(['a', 'a', 'b', 'b', 'a', 'a']);
  });

  it('goes on where agents come and go', async () => {
    const { house } = houseWith({
      routing: roundRobin(),
      agents: ['a', 'b', 'c'].map((name) => namedAgent(name)),
    });
    const done: unknown[] = [];
    for (let n = 0; n < 3; n++) done.push(await house.ask(WORK, n));
    await house.agents.unregister('c');
    for (let n = 0; n < 3; n++) done.push(await house.ask(WORK, n));
    house.agents.register(namedAgent('d'));
    for (let n = 0; n < 3; n++) done.push(await house.ask(WORK, n));

    expect(done.slice(0, 3)).toEqual(['a', 'b', 'c']);
    expect(new Set(done.slice(3, 5))).toEqual(new Set(['a', 'b']));
    expect(new Set(done.slice(6))).toEqual(new Set(['a', 'b', 'd']));
  });
});

describe('least loaded', () => {
  it('takes the one with the smallest share of its slots in use', async () => {
    const [small, large] = [deskAgent('small', { concurrency: 2 }), deskAgent('large', { concurrency: 10 })];
    const { clock, house } = houseWith({ routing: leastLoaded(), agents: [small.agent, large.agent] });
    for (let n = 0; n < 12; n++) {
      watch(house.ask(WORK, n));
      await clock.settle();
      const [one, other] = ['small', 'large'].map((name) => house.agents.get(name)?.load ?? 0) as [
        number,
        number,
      ];
      expect(Math.abs(one - other), `after ${n + 1} tasks`).toBeLessThanOrEqual(0.5);
    }

    expect([small.desk.open, large.desk.open]).toEqual([2, 10]);
  });

  it('is what a coordinator does when nothing is said, and lets idle equals take turns', async () => {
    for (const routing of [leastLoaded(), undefined]) {
      expect(await askInTurn(routing, ['a', 'b', 'c'], 6)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    }
  });

  it('lets equals take turns whatever else is asked for in between', async () => {
    const agents = ['read', 'write'].flatMap((work) =>
      ['a', 'b'].map((name) => namedAgent(`${work}.${name}`, { capabilities: [work] })),
    );
    const { house } = houseWith({ agents });
    for (let n = 0; n < 10; n++) {
      for (const work of ['read', 'write']) await house.ask({ capabilities: [work] }, n);
    }

    expect(house.agents.list().map(({ completed }) => completed)).toEqual([5, 5, 5, 5]);
  });

  it('takes an idle agent wherever it stands', async () => {
    const desks = ['a', 'b', 'c', 'd'].map((name) => deskAgent(name, { concurrency: 3 }));
    const { clock, house } = houseWith({ routing: leastLoaded(), agents: desks.map(({ agent }) => agent) });
    for (const name of ['a', 'b', 'd']) watch(house.ask(name, 1));
    watch(house.ask(WORK, 2));
    await clock.settle();

    expect(desks[2]?.desk.inputs).toEqual([2]);
  });
});

describe('best match', () => {
  it('takes less and less often who fails, and comes back to who does better', async () => {
    let broken = true;
    const flaky = defineAgent('flaky', {
      capabilities: ['work'],
      handle: () => {
        if (broken) throw new Error('bad');
        return 'flaky';
      },
    });
    const steady = namedAgent('steady');
    const { house } = houseWith({ routing: bestMatch(), agents: [flaky, steady] });
    const performance = () => house.agents.get('flaky')?.performance ?? Number.NaN;
    await house.ask(WORK, 1).catch(() => {});
    expect(performance()).toBeCloseTo(0.9);
    for (let n = 0; n < 5; n++) expect(await house.ask(WORK, n)).toBe('steady');
    for (let n = 0; n < 9; n++) await house.ask(flaky, n).catch(() => {});
    const low = performance();
    broken = false;
    for (let n = 0; n < 60; n++) await house.ask(flaky, n);

    expect(low).toBeLessThan(0.4);
    expect(performance()).toBeGreaterThan(0.99);
    expect(house.agents.get('flaky')).toMatchObject({ completed: 60, failed: 10 });
  });

  it('weighs performance with the free share of the slots', async () => {
    const [wide, narrow] = [deskAgent('wide', { concurrency: 4 }), deskAgent('narrow', { concurrency: 2 })];
    const { clock, house } = houseWith({ routing: bestMatch(), agents: [wide.agent, narrow.agent] });
    for (let n = 0; n < 6; n++) watch(house.ask(WORK, n));
    await clock.settle();

    // Scores before each: 1/1, 0.75/1, 0.75/0.5, 0.5/0.5, 0.25/0.5, 0.25/0.
    expect([wide.desk.inputs, narrow.desk.inputs]).toEqual([
      [0, 2, 3, 5],
      [1, 4],
    ]);
  });

  it('counts a timeout and a bad output as failures, and a cancellation as nothing', async () => {
    const { agent } = deskAgent('slow');
    const { clock, house } = houseWith({ routing: bestMatch(), agents: [agent], grace: 0 });
    watch(house.ask(agent, 1, { policy: { timeout: 10 } }));
    await clock.advance(10);
    expect(house.agents.get('slow')).toMatchObject({ failed: 1, performance: 0.9 });
    const handle = house.tasks.submit(agent, 1);
    await clock.settle();
    handle.cancel();
    await clock.advance(10);

    expect(house.agents.get('slow')).toMatchObject({ failed: 1, completed: 0, performance: 0.9 });
  });
});
