import type { Duration } from '../kernel/durations.ts';
import { CadreError } from '../kernel/errors.ts';
import {
  callable,
  duration,
  fields,
  number,
  optional,
  type Rule,
  whole,
  withDefault,
} from '../kernel/options.ts';

/** How long to wait before the next attempt: `min(max, initial × factor^(failures − 1))`, less the jitter. */
export interface Backoff {
  /** The wait after the first failure. @default '200ms' */
  readonly initial?: Duration | undefined;
  /** How much longer each further wait is. From 1 to 100. @default 2 */
  readonly factor?: number | undefined;
  /** The longest wait. @default '30s' */
  readonly max?: Duration | undefined;
  /**
   * The part of each wait that is left to chance, from 0 (none) to 1 (all): a wait w lies in [w × (1 − jitter), w].
   * Spreads out those who failed together (M. Brooker, "Exponential Backoff And Jitter", AWS 2015). @default 0.5
   */
  readonly jitter?: number | undefined;
}

/**
 * How one piece of work is tried. What is left out comes from the next less specific level, at last the defaults.
 *
 * Exactly one policy is in force for a piece of work, so a retry inside a retry cannot multiply.
 */
export interface Policy {
  /** Attempts in all, the first one included. A whole number from 1 up; Infinity tries until the deadline. @default 1 */
  readonly attempts?: number | undefined;
  /** The waits between attempts. Taken as a whole: what it leaves out comes from its own defaults. */
  readonly backoff?: Backoff | undefined;
  /** The longest time of one attempt, counted from its start. Above zero, or Infinity. @default '5m' */
  readonly timeout?: Duration | undefined;
  /** Decides whether a failure is worth another attempt. @default what the error's `retryable` says; true for others */
  readonly retryWhen?: ((error: unknown, attempt: number) => boolean) | undefined;
  /**
   * How often an attempt at a step that the end of its process cut off is begun again, when the run is resumed from a
   * store. Not among the `attempts`: nobody knows whether it would have failed. 0 or more; with 0 the step fails with
   * `InterruptedError`. @default 3
   */
  readonly restarts?: number | undefined;
}

/** A {@link Backoff} with every field decided. */
export interface BackoffSettings {
  /** The wait after the first failure, in milliseconds. */
  readonly initial: number;
  /** How much longer each further wait is. */
  readonly factor: number;
  /** The longest wait, in milliseconds. */
  readonly max: number;
  /** The part of each wait that is left to chance, from 0 to 1. */
  readonly jitter: number;
}

/** A {@link Policy} as it was parsed: durations in milliseconds, fields that were left out undefined. */
export interface PolicySettings {
  /** Attempts in all, the first one included; Infinity until the deadline. */
  readonly attempts: number | undefined;
  /** The waits between attempts. */
  readonly backoff: BackoffSettings | undefined;
  /** The longest time of one attempt, in milliseconds; Infinity for no limit. */
  readonly timeout: number | undefined;
  /** Decides whether a failure is worth another attempt. */
  readonly retryWhen: ((error: unknown, attempt: number) => boolean) | undefined;
  /** How often an attempt that the end of its process cut off is begun again. */
  readonly restarts: number | undefined;
}

/** The one policy that is in force for a piece of work. */
export interface EffectivePolicy {
  readonly attempts: number;
  readonly backoff: BackoffSettings;
  readonly timeout: number;
  readonly retryWhen: (error: unknown, attempt: number) => boolean;
  readonly restarts: number;
}

const DEFAULTS: EffectivePolicy = {
  attempts: 1,
  backoff: { initial: 200, factor: 2, max: 30_000, jitter: 0.5 },
  timeout: 300_000,
  retryWhen: isRetryable,
  restarts: 3,
};

const backoffRule = fields<BackoffSettings>({
  initial: withDefault(duration(), DEFAULTS.backoff.initial),
  factor: withDefault(number({ min: 1, max: 100 }), DEFAULTS.backoff.factor),
  max: withDefault(duration(), DEFAULTS.backoff.max),
  jitter: withDefault(number({ min: 0, max: 1 }), DEFAULTS.backoff.jitter),
});

/** The rule of an option that takes a {@link Policy}. */
export const policyRule: Rule<PolicySettings> = fields<PolicySettings>({
  attempts: optional(whole({ min: 1, max: Infinity })),
  backoff: optional(backoffRule),
  timeout: optional(duration({ min: 1, infinity: true })),
  retryWhen: optional(callable<PolicySettings['retryWhen'] & object>()),
  restarts: optional(whole()),
});

/** The policy in force, from the most specific level to the least: each field from the first that sets it. */
export function effectivePolicy(...levels: readonly (PolicySettings | undefined)[]): EffectivePolicy {
  let attempts: number | undefined;
  let backoff: BackoffSettings | undefined;
  let timeout: number | undefined;
  let retryWhen: PolicySettings['retryWhen'];
  let restarts: number | undefined;
  for (const level of levels) {
    if (level === undefined) continue;
    attempts ??= level.attempts;
    backoff ??= level.backoff;
    timeout ??= level.timeout;
    retryWhen ??= level.retryWhen;
    restarts ??= level.restarts;
  }
  return {
    attempts: attempts ?? DEFAULTS.attempts,
    backoff: backoff ?? DEFAULTS.backoff,
    timeout: timeout ?? DEFAULTS.timeout,
    retryWhen: retryWhen ?? DEFAULTS.retryWhen,
    restarts: restarts ?? DEFAULTS.restarts,
  };
}

/** The wait after `failures` failed attempts, in milliseconds. `random` gives a number from 0 to below 1. */
export function backoffMs(backoff: BackoffSettings, failures: number, random: () => number): number {
  // Nothing times a factor that has grown beyond all numbers would not be a number.
  const full =
    backoff.initial === 0 ? 0 : Math.min(backoff.max, backoff.initial * backoff.factor ** (failures - 1));
  return full * (1 - backoff.jitter * random());
}

/** Errors of cadre say themselves whether trying again can help; of all others it is assumed. */
function isRetryable(error: unknown): boolean {
  return error instanceof CadreError ? error.retryable : true;
}
