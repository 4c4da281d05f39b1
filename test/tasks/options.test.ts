import { describe, expect, it } from 'vitest';
import { TaskDistributor } from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { deskAgent, houseWith } from '../support/house.ts';
import { rejection, thrownBy } from '../support/outcome.ts';

const badDurations = [Number.NaN, -1, 0, 0.5, '', '5', 'soon', null, true, {}, 5n];

type Wrong = [option: string, options: object];
const each = (option: string, values: readonly unknown[], make: (value: unknown) => object): Wrong[] =>
  values.map((value) => [option, make(value)]);
const wrong: Wrong[] = [
  ...each('timeout', badDurations, (timeout) => ({ timeout })),
  ...each('signal', [null, {}, new AbortController(), 'abort'], (signal) => ({ signal })),
  ...each(
    'priority',
    [Number.NaN, Number.POSITIVE_INFINITY, 'urgent', 'constructor', null, {}],
    (priority) => ({ priority }),
  ),
  ...each('policy', [null, 3, 'twice', []], (policy) => ({ policy })),
  ...each('policy.attempts', [0, -1, 1.5, Number.NaN, '3', null], (attempts) => ({ policy: { attempts } })),
  ...each('policy.timeout', badDurations, (timeout) => ({ policy: { timeout } })),
  ['policy.backoff.factor', { policy: { backoff: { factor: 0 } } }],
  ['policy.backoff.jitter', { policy: { backoff: { jitter: -0.1 } } }],
  ['policy.backoff.max', { policy: { backoff: { max: 'long' } } }],
  ['policy.retryWhen', { policy: { retryWhen: 'always' } }],
  ['policy.atempts', { policy: { atempts: 3 } }],
  ['retries', { retries: 3 }],
];

describe('a task', () => {
  it.each(wrong)(
    'with a wrong %s (%o) is refused by its name, and nothing is accepted',
    async (option, options) => {
      const { agent, desk } = deskAgent('ada');
      const { clock, house } = houseWith({ agents: [agent] });
      const error = await rejection(house.ask('ada', 1, options as never));
      await clock.settle();

      expect(error).toMatchObject({ code: 'INVALID_OPTIONS', owner: 'submit', option, retryable: false });
      expect((error as Error).message).toContain(`submit: ${option} must be `);
      expect(thrownBy(() => house.tasks.submit('ada', 1, options as never))).toMatchObject({
        code: 'INVALID_OPTIONS',
      });
      expect([desk.jobs.length, house.tasks.stats().submitted]).toEqual([0, 0]);
      expectAtRest(house, clock);
    },
  );

  it.each(['', ' ', 5, null, 'x'.repeat(257), 'a b'])(
    'with the idempotency key %o is refused',
    async (idempotencyKey) => {
      const { house } = houseWith({ agents: [deskAgent('ada').agent] });

      expect(await rejection(house.ask('ada', 1, { idempotencyKey } as never))).toMatchObject({
        code: 'INVALID_NAME',
      });
    },
  );

  it.each([5, 'text', []])('with options that are %o is refused', async (options) => {
    const { house } = houseWith({ agents: [deskAgent('ada').agent] });

    expect(await rejection(house.ask('ada', 1, options as never))).toMatchObject({
      option: 'options',
      value: options,
    });
  });
});

it.each([
  ['timeout', 0],
  ['timeout', Number.NaN],
  ['queue', -1],
  ['queue', 1.5],
  ['queue', Number.POSITIVE_INFINITY],
  ['queue', '10'],
  ['grace', -1],
  ['grace', Number.POSITIVE_INFINITY],
  ['routing', {}],
  ['routing', 'round-robin'],
  ['logger', {}],
  ['logger', null],
  ['clock', {}],
  ['policy', 3],
  ['concurrency', 8],
])('a distributor refuses %s: %o', (option, value) => {
  expect(thrownBy(() => new TaskDistributor({ [option]: value } as never))).toMatchObject({
    code: 'INVALID_OPTIONS',
    owner: 'TaskDistributor',
    option,
  });
});
