import { describe, expect, it } from 'vitest';
import {
  defineAgent,
  defineCapability,
  InvalidOptionsError,
  NoCandidateError,
  TaskDistributor,
} from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { houseWith, namedAgent } from '../support/house.ts';
import { rejection, thrownBy } from '../support/outcome.ts';

const research = defineCapability<string, string>('research');
const sea = namedAgent('sea', { capabilities: ['research'], specializations: ['oceans'] });
const sky = namedAgent('sky', { capabilities: ['research', 'measure'], specializations: ['clouds'] });
const agents = [sea, sky, namedAgent('mute', { capabilities: [] })];

describe('ask', () => {
  it.each([
    ['a capability', research, ['sea', 'sky']],
    ['an agent', sky, ['sky']],
    ['the name of an agent', 'mute', ['mute']],
    ['a capability in a requirement', { capabilities: ['research'] }, ['sea', 'sky']],
    ['a capability by definition in a requirement', { capabilities: [research] }, ['sea', 'sky']],
    ['several capabilities', { capabilities: ['measure', research] }, ['sky']],
    ['a specialization', { specializations: ['oceans'] }, ['sea']],
    ['capability and specialization', { capabilities: ['research'], specializations: ['clouds'] }, ['sky']],
    ['an agent in a requirement', { agent: 'mute' }, ['mute']],
  ])('finds %s', async (_what, target, able) => {
    const { house } = houseWith({ agents });

    expect(able).toContain(await house.ask(target as never, 'x'));
  });

  it.each([
    ['an unknown agent', 'nobody', 'agent nobody'],
    ['an agent that was never registered', defineAgent('ghost', { handle: () => 1 }), 'agent ghost'],
    ['a capability that nobody serves', defineCapability('fly'), 'fly'],
    [
      'what nobody can do alone',
      { capabilities: ['measure'], specializations: ['oceans'] },
      'measure + in oceans',
    ],
    ['an agent that cannot do it', { agent: 'sea', capabilities: ['measure'] }, 'agent sea + measure'],
  ])('for %s is an error at once that tells what everybody lacks', async (_what, target, label) => {
    const { clock, house } = houseWith({ agents });
    const error = await rejection(house.ask(target as never, 'x'));

    expect(error).toBeInstanceOf(NoCandidateError);
    expect(error).toMatchObject({ code: 'NO_CANDIDATE', target: label, retryable: true });
    expect((error as NoCandidateError).rejections.map(({ agent }) => agent)).toEqual(['sea', 'sky', 'mute']);
    expect((error as NoCandidateError).rejections.every(({ reasons }) => reasons.length > 0)).toBe(true);
    expect({ ...house.tasks.stats(), timers: clock.pendingTimers }).toMatchObject({
      submitted: 0,
      timers: 0,
    });
    expect(thrownBy(() => house.tasks.submit(target as never, 'x'))).toBeInstanceOf(NoCandidateError);
  });

  it('names what is missing in words', async () => {
    const { house } = houseWith({ agents });
    const error = await rejection(
      house.ask({ agent: 'sea', capabilities: ['measure'], specializations: ['clouds'] }, 'x'),
    );

    expect((error as NoCandidateError).rejections.slice(0, 2)).toEqual([
      { agent: 'sea', reasons: ['does not serve capability "measure"', 'has no specialization "clouds"'] },
      { agent: 'sky', reasons: ['is not "sea"'] },
    ]);
  });

  it('lists 20 of those who could not, however many there are', async () => {
    const many = Array.from({ length: 50 }, (_, n) => namedAgent(`agent${n}`));
    const { house } = houseWith({ agents: many });

    expect(((await rejection(house.ask('nobody', 1))) as NoCandidateError).rejections).toHaveLength(20);
  });

  it.each([
    [undefined, 'target'],
    [null, 'target'],
    [5, 'target'],
    [() => 1, 'target'],
    [{ kind: 'workflow', name: 'w' }, 'target'],
    [{ kind: 'robot' }, 'target'],
    [{}, 'capabilities'],
    [[], 'options'],
    [{ capabilities: [null] }, 'capabilities.0'],
    [{ capabilities: 'research' }, 'capabilities'],
    [{ skills: ['research'] }, 'skills'],
  ])('refuses the target %o', async (target, option) => {
    const { house } = houseWith({ agents });
    const error = await rejection(house.ask(target as never, 1));

    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect(error).toMatchObject({ option });
    expect(house.tasks.stats().submitted).toBe(0);
  });

  it.each(['', 'a b', '*', 'a.>', { agent: 5 }, { agent: '' }, { kind: 'agent', name: 5 }])(
    'refuses the name in %o',
    async (target) => {
      const { house } = houseWith({ agents });

      expect(await rejection(house.ask(target as never, 1))).toMatchObject({ code: 'INVALID_NAME' });
    },
  );
});

it('hands the handler the capability that was asked for', async () => {
  const { house } = houseWith({
    agents: [
      defineAgent('one', {
        capabilities: ['only'],
        handle: (_input, { capability }) => capability ?? 'none',
      }),
      defineAgent('two', {
        capabilities: ['a', 'b'],
        handle: (_input, { capability }) => capability ?? 'none',
      }),
      defineAgent('bare', { handle: (_input: unknown, { capability }) => capability ?? 'none' }),
    ],
  });

  expect(await house.ask({ capabilities: ['b'] }, 1)).toBe('b');
  expect(await house.ask('one', 1)).toBe('only');
  expect(await house.ask('two', 1)).toBe('none');
  expect(await house.ask('bare', 1)).toBe('none');
});

it('works alone: a distributor makes what it is not given', async () => {
  const clock = new FakeClock();
  const tasks = new TaskDistributor({ clock });
  tasks.agents.register(namedAgent('ada'));

  expect(await tasks.ask('ada', 1)).toBe('ada');
  expect(clock.pendingTimers).toBe(0);
  tasks.close();
  expect(await rejection(tasks.ask('ada', 1))).toMatchObject({ code: 'CLOSED', owner: 'TaskDistributor' });
});
