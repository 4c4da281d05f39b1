import { type Clock, clockRule } from '../kernel/clock.ts';
import type { Duration } from '../kernel/durations.ts';
import { type Logger, loggerRule, silentLogger } from '../kernel/logger.ts';
import { checkName } from '../kernel/names.ts';
import { abortSignal, duration, optional, type Rules, whole, withDefault } from '../kernel/options.ts';
import { DEFAULT_PRIORITY, priorityRule } from '../kernel/priority.ts';
import type { AskOptions } from '../kernel/work.ts';
import { type Policy, type PolicySettings, policyRule } from '../resilience/index.ts';
import { leastLoaded, type RoutingStrategy, strategyRule } from '../routing/index.ts';

/** Options of `TaskDistributor`. */
export interface TaskDistributorOptions {
  /** Which of the agents that could do a task gets it. @default leastLoaded() */
  readonly routing?: RoutingStrategy | undefined;
  /** Attempts, backoff and timeout where neither the caller nor the agent says. */
  readonly policy?: Policy | undefined;
  /** The longest time from acceptance to the result where the caller does not say; Infinity for none. @default '10m' */
  readonly timeout?: Duration | undefined;
  /** Tasks that may wait for an agent; one more is refused with `FullError`. 0 or more. @default 10000 */
  readonly queue?: number | undefined;
  /** How long a handler keeps its slot when nobody waits for it any more. @default '5s' */
  readonly grace?: Duration | undefined;
  /** Where handlers write. @default nowhere */
  readonly logger?: Logger | undefined;
  /** Where time comes from. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** Options of `TaskDistributor.submit`. */
export interface SubmitOptions extends AskOptions {
  /** Attempts, backoff and timeout of this task; what it leaves out comes from the agent, then the distributor. */
  readonly policy?: Policy | undefined;
}

/** {@link TaskDistributorOptions}, parsed. */
export interface DistributorSettings {
  readonly routing: RoutingStrategy;
  readonly policy: PolicySettings | undefined;
  readonly timeout: number;
  readonly queue: number;
  readonly grace: number;
  readonly logger: Logger;
  readonly clock: Clock | undefined;
}

/** {@link SubmitOptions}, parsed. */
export interface SubmitSettings {
  readonly timeout: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly priority: number;
  readonly idempotencyKey: string | undefined;
  readonly policy: PolicySettings | undefined;
}

/** How {@link TaskDistributorOptions} are read. */
export const distributorRules: Rules<DistributorSettings> = {
  routing: (value) => (value === undefined ? leastLoaded() : strategyRule(value)),
  policy: optional(policyRule),
  timeout: withDefault(duration({ min: 1, infinity: true }), 600_000),
  queue: withDefault(whole(), 10_000),
  grace: withDefault(duration(), 5_000),
  logger: withDefault(loggerRule, silentLogger),
  clock: optional(clockRule),
};

/** How {@link SubmitOptions} are read. */
export const submitRules: Rules<SubmitSettings> = {
  timeout: optional(duration({ min: 1, infinity: true })),
  signal: optional(abortSignal),
  priority: withDefault(priorityRule, DEFAULT_PRIORITY),
  idempotencyKey: optional<string>((value) => checkName('idempotency key', value)),
  policy: optional(policyRule),
};
