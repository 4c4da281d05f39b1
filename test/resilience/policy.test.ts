import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  CancelledError,
  FullError,
  HandlerError,
  InvalidOptionsError,
  type Policy,
} from '../../src/index.ts';
import { parseOption } from '../../src/kernel/options.ts';
import { type EffectivePolicy, effectivePolicy, policyRule } from '../../src/resilience/index.ts';

const parse = (policy: Policy) => parseOption('test', 'policy', policyRule, policy);
const defaults: Omit<EffectivePolicy, 'retryWhen'> = {
  attempts: 1,
  backoff: { initial: 200, factor: 2, max: 30_000, jitter: 0.5 },
  timeout: 300_000,
  restarts: 3,
};

it('is one attempt of at most five minutes where nobody says anything', () => {
  expect(effectivePolicy()).toMatchObject(defaults);
  expect(effectivePolicy(undefined, parse({}), undefined)).toMatchObject(defaults);
});

it('takes each field from the first level that sets it, and multiplies nothing', () => {
  const level = fc.option(
    fc.record(
      {
        attempts: fc.integer({ min: 1, max: 9 }),
        timeout: fc.integer({ min: 1, max: 1_000 }),
        restarts: fc.integer({ min: 0, max: 9 }),
        backoff: fc.record({ initial: fc.integer({ min: 0, max: 1_000 }), jitter: fc.constantFrom(0, 1) }),
        retryWhen: fc.constantFrom(
          () => true,
          () => false,
        ),
      },
      { requiredKeys: [] },
    ),
    { nil: undefined },
  );
  fc.assert(
    fc.property(fc.array(level, { maxLength: 4 }), (levels) => {
      const policy = effectivePolicy(...levels.map((given) => given && parse(given)));
      const first = <K extends keyof Policy>(key: K) =>
        levels.find((given) => given?.[key] !== undefined)?.[key];
      expect(policy.attempts).toBe(first('attempts') ?? defaults.attempts);
      expect(policy.timeout).toBe(first('timeout') ?? defaults.timeout);
      expect(policy.restarts).toBe(first('restarts') ?? defaults.restarts);
      expect(policy.backoff).toEqual({ ...defaults.backoff, ...first('backoff') });
      if (first('retryWhen') !== undefined) expect(policy.retryWhen).toBe(first('retryWhen'));
    }),
  );
});

it.each([
  [new Error('x'), true],
  [new TypeError('x'), true],
  ['text', true],
  [undefined, true],
  [new HandlerError('agent "a"', new TypeError('x')), true],
  [new HandlerError('agent "a"', { retryable: false }), false],
  [new FullError('queue', 1), true],
  [new CancelledError('task', 'x'), false],
  [new InvalidOptionsError('o', 'p', 'r', 1), false],
])('says of %o whether it is worth another attempt: %o', (error, worth) => {
  expect(effectivePolicy().retryWhen(error, 1)).toBe(worth);
});
