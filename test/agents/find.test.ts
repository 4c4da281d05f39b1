import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Agent,
  defineAgent,
  InvalidNameError,
  InvalidOptionsError,
  type Requirement,
} from '../../src/index.ts';
import { deskAgent, houseWith, namedAgent, WORK } from '../support/house.ts';
import { thrownBy, watch } from '../support/outcome.ts';

describe('find', () => {
  it('gives those who could do it, best first, with the reasons', async () => {
    const busy = deskAgent('busy', { concurrency: 4 });
    const { clock, house } = houseWith({
      agents: [
        busy.agent,
        defineAgent('clumsy', {
          capabilities: ['work'],
          handle: () => {
            throw new Error('again');
          },
        }),
        namedAgent('fresh'),
        namedAgent('other', { capabilities: ['sing'] }),
      ],
    });
    watch(house.ask('busy', 1));
    watch(house.ask('clumsy', 1));
    await clock.settle();

    expect(house.agents.find(WORK).map(({ agent, score, reasons }) => [agent.name, score, reasons])).toEqual([
      ['fresh', 1, ['performance 1.00', '0 of 1 slots in use']],
      ['clumsy', 0.9, ['performance 0.90', '0 of 1 slots in use']],
      ['busy', 0.75, ['performance 1.00', '1 of 4 slots in use']],
    ]);
  });

  it('keeps equals in the order of registration', () => {
    const names = ['d', 'a', 'c', 'b'];
    const { house } = houseWith({ agents: names.map((name) => namedAgent(name)) });

    expect(house.agents.find(WORK).map(({ agent }) => agent.name)).toEqual(names);
  });

  it('wants every capability and every specialization that is named', () => {
    const { house } = houseWith({
      agents: [
        namedAgent('both', { capabilities: ['read', 'write'], specializations: ['law', 'tax'] }),
        namedAgent('reader', { capabilities: ['read'], specializations: ['law'] }),
        namedAgent('writer', { capabilities: ['write'], specializations: ['tax'] }),
      ],
    });
    const found = (requirement: Requirement) => house.agents.find(requirement).map(({ agent }) => agent.name);

    expect(found({ capabilities: ['read'] })).toEqual(['both', 'reader']);
    expect(found({ capabilities: ['read', 'write'] })).toEqual(['both']);
    expect(found({ capabilities: ['write', 'read', 'read'] })).toEqual(['both']);
    expect(found({ specializations: ['tax'] })).toEqual(['both', 'writer']);
    expect(found({ capabilities: ['read'], specializations: ['law'] })).toEqual(['both', 'reader']);
    expect(found({ capabilities: ['read'], specializations: ['law', 'tax'] })).toEqual(['both']);
    expect(found({ agent: 'reader' })).toEqual(['reader']);
    expect(found({ agent: 'reader', capabilities: ['read'] })).toEqual(['reader']);
    expect(found({ agent: 'reader', capabilities: ['write'] })).toEqual([]);
    expect(found({ capabilities: ['read', 'sing'] })).toEqual([]);
  });

  it.each([
    [{}, 'capabilities'],
    [{ capabilities: [] }, 'capabilities'],
    [undefined, 'capabilities'],
    [{ capabilities: 'work' }, 'capabilities'],
    [{ capabilities: new Set(['work']) }, 'capabilities'],
    [{ specializations: {} }, 'specializations'],
    [{ capabilities: [null] }, 'capabilities.0'],
    [{ capabilities: [undefined] }, 'capabilities.0'],
    [{ capabilities: ['work', null] }, 'capabilities.1'],
    [{ capabilities: [5] }, 'capabilities.0'],
    [{ capabilities: [{ name: 'work' }] }, 'capabilities.0'],
    [{ capability: 'work' }, 'capability'],
    ['work', 'options'],
    [5, 'options'],
  ])('refuses the requirement %o', (requirement, option) => {
    const { house } = houseWith({ agents: [namedAgent('ada')] });
    const error = thrownBy(() => house.agents.find(requirement as Requirement));

    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect(error).toMatchObject({ owner: 'requirement', option });
  });

  it.each([
    [{ specialisations: ['law'] }, 'specialisations'],
    [{ capabilities: ['read', { name: 'write' }] }, 'capabilities.1'],
    [{ capabilities: ['read', { kind: 'agent', name: 'write' }] }, 'capabilities.1'],
    [{ capabilities: ['read', 'write', { name: 'sing' }] }, 'capabilities.2'],
  ])('refuses the requirement with %o, too, after a right one like it was answered', (wrong, option) => {
    const { house } = houseWith({ agents: [namedAgent('ada', { capabilities: ['read', 'write'] })] });
    const right = { capabilities: ['read', 'write'] };
    expect(house.agents.find(right)).toHaveLength(1);

    expect(thrownBy(() => house.agents.find({ ...right, ...wrong } as Requirement))).toMatchObject({
      option,
    });
  });

  it.each([
    { agent: 5 },
    { agent: '' },
    { capabilities: ['a b'] },
    { specializations: [5] },
    { specializations: ['*'] },
  ])('refuses the names of the requirement %o', (requirement) => {
    const { house } = houseWith({ agents: [namedAgent('ada')] });

    expect(thrownBy(() => house.agents.find(requirement as Requirement))).toBeInstanceOf(InvalidNameError);
  });
});

describe('the index', () => {
  const [capabilities, specializations] = [
    ['a', 'b', 'c'],
    ['x', 'y'],
  ];
  const requirement = fc
    .record({
      capabilities: fc.array(fc.constantFrom(...capabilities), { maxLength: 3 }),
      specializations: fc.array(fc.constantFrom(...specializations), { maxLength: 2 }),
      agent: fc.option(
        fc.integer({ min: 0, max: 9 }).map((n) => `agent${n}`),
        { nil: undefined, freq: 4 },
      ),
    })
    .filter(
      (wanted) =>
        wanted.capabilities.length + wanted.specializations.length > 0 || wanted.agent !== undefined,
    );
  const step = fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('register' as const),
        n: fc.integer({ min: 0, max: 9 }),
        capabilities: fc.subarray(capabilities),
        specializations: fc.subarray(specializations),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('unregister' as const), n: fc.integer({ min: 0, max: 9 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('ask' as const), requirement }) },
  );

  /** The model: look at every agent. */
  const fulfils = (agent: Agent<never>, wanted: Requirement): boolean =>
    (wanted.agent === undefined || wanted.agent === agent.name) &&
    (wanted.capabilities ?? []).every((name) =>
      agent.capabilities.some((capability) => capability.name === name),
    ) &&
    (wanted.specializations ?? []).every((name) => agent.specializations.includes(name));

  it('gives what a look at every agent gives, whoever came and went, and tasks go only there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 50, size: 'max' }), async (steps) => {
        const { house } = houseWith();
        const model = new Map<string, Agent<never>>();
        for (const move of steps) {
          if (move.kind === 'register') {
            const name = `agent${move.n}`;
            if (model.has(name)) continue;
            const agent = namedAgent(name, {
              capabilities: move.capabilities,
              specializations: move.specializations,
            });
            house.agents.register(agent);
            model.set(name, agent);
          } else if (move.kind === 'unregister') {
            if (model.delete(`agent${move.n}`)) await house.agents.unregister(`agent${move.n}`);
          } else {
            const wanted = [...model.values()]
              .filter((agent) => fulfils(agent, move.requirement))
              .map(({ name }) => name);
            const found = house.agents.find(move.requirement).map(({ agent }) => agent.name);
            expect(found).toEqual(wanted);
            const answer = await house.ask(move.requirement, 1).catch((error) => error.code);
            if (wanted.length === 0) expect(answer).toBe('NO_CANDIDATE');
            else expect(wanted).toContain(answer);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('stays right for more kinds of requirements than it keeps, also for work that waits for its next attempt', async () => {
    const names = Array.from({ length: 50 }, (_, n) => `c${n}`);
    let attempts = 0;
    const handle = () => {
      if (++attempts === 1) throw new Error('once');
      return 'second attempt';
    };
    const agents = ['ada', 'bob'].map((name) => defineAgent(name, { capabilities: names, handle }));
    const { clock, house } = houseWith({ agents });
    const policy = { attempts: 2, backoff: { initial: 100, jitter: 0 } };
    const outcome = watch(house.ask({ capabilities: ['c0', 'c1'] }, 1, { policy }));
    await clock.settle();
    for (const first of names) {
      for (const second of names) {
        expect(house.agents.find({ capabilities: [first, second] })).toHaveLength(2);
      }
    }
    house.agents.register(namedAgent('late', { capabilities: ['c0', 'c1'] }));
    expect(house.agents.find({ capabilities: ['c0', 'c1'] })).toHaveLength(3);
    await clock.advance(100);

    expect(outcome.value).toBe('second attempt');
  });
});
