import type { Agent } from '../agents/index.ts';
import { type Clock, clockRule } from '../kernel/clock.ts';
import type { Duration } from '../kernel/durations.ts';
import { type Logger, loggerRule, silentLogger } from '../kernel/logger.ts';
import { duration, list, optional, type Rule, type Rules, refuse, withDefault } from '../kernel/options.ts';
import type { MessageBrokerOptions } from '../messaging/index.ts';
import { type Policy, policyRule } from '../resilience/index.ts';
import { type RoutingStrategy, strategyRule } from '../routing/index.ts';
import { type Store, storeRule } from '../storage/index.ts';
import type { TaskDistributorOptions } from '../tasks/index.ts';
import type { WorkflowEngineOptions } from '../workflow/index.ts';

/**
 * What the coordinator says once for all its rooms.
 *
 * @inline
 */
type Shared = 'clock' | 'grace' | 'logger' | 'policy' | 'routing' | 'store';

/** Options of `Coordinator`. */
export interface CoordinatorOptions {
  /** Agents that are registered from the start; more can come and go at any time. @default [] */
  readonly agents?: readonly Agent<never, unknown>[] | undefined;
  /** Which of the agents that could do a task gets it. @default leastLoaded() */
  readonly routing?: RoutingStrategy | undefined;
  /** Attempts, backoff and timeout where neither call, step, workflow nor agent says. */
  readonly policy?: Policy | undefined;
  /** How long a handler keeps its slot when nobody waits for it any more; then it is abandoned. @default '5s' */
  readonly grace?: Duration | undefined;
  /** Where handlers write, such as `console`. @default nowhere */
  readonly logger?: Logger | undefined;
  /** Where time, chance and ids come from. @default systemClock */
  readonly clock?: Clock | undefined;
  /** Where runs are kept, so that they survive their process. It is yours to close. @default nowhere: in memory only */
  readonly store?: Store | undefined;
  /** Transport and limits of messages. */
  readonly messages?: Omit<MessageBrokerOptions, Shared> | undefined;
  /** Timeout and queue of tasks. */
  readonly tasks?: Omit<TaskDistributorOptions, Shared> | undefined;
  /** Limits and retention of runs, and the workflows that are known. */
  readonly workflows?: Omit<WorkflowEngineOptions, Shared> | undefined;
}

/** {@link CoordinatorOptions}; what belongs to one room is parsed there. */
export interface CoordinatorSettings {
  readonly agents: readonly Agent[];
  readonly routing: RoutingStrategy | undefined;
  readonly policy: Policy | undefined;
  readonly grace: number;
  readonly logger: Logger;
  readonly clock: Clock | undefined;
  readonly store: Store | undefined;
  readonly messages: MessageBrokerOptions;
  readonly tasks: TaskDistributorOptions;
  readonly workflows: WorkflowEngineOptions;
}

/** Passed on as it is: the room that it is for reads it. */
const asItIs = <T>(value: unknown): T => value as T;

/** Checked here, where it is given, and read by the rooms that it is for. */
function checked<T>(rule: Rule<unknown>): Rule<T | undefined> {
  return (value) => {
    if (value !== undefined) rule(value);
    return value as T | undefined;
  };
}

/** The options of one room, without what the coordinator says for all. */
function roomOptions<T extends object>(): Rule<T> {
  return withDefault<T>((value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse('an object', value);
    for (const key of ['clock', 'grace', 'logger', 'policy', 'routing', 'store']) {
      if (Object.hasOwn(value as object, key))
        refuse(`without ${key}, which is an option of the coordinator itself`, value);
    }
    return { ...(value as T) };
  }, {} as T);
}

/** How {@link CoordinatorOptions} are read. */
export const coordinatorRules: Rules<CoordinatorSettings> = {
  agents: withDefault(list<Agent>(asItIs), []),
  routing: checked<RoutingStrategy>(strategyRule),
  policy: checked<Policy>(policyRule),
  grace: withDefault(duration(), 5_000),
  logger: withDefault(loggerRule, silentLogger),
  clock: optional(clockRule),
  store: optional(storeRule),
  messages: roomOptions<MessageBrokerOptions>(),
  tasks: roomOptions<TaskDistributorOptions>(),
  workflows: roomOptions<WorkflowEngineOptions>(),
};

/** Options of `Coordinator.close`. */
export interface CloseOptions {
  /** How long what is under way may take to end by itself, before it is cancelled. @default 0 */
  readonly drain?: Duration | undefined;
}

/** How {@link CloseOptions} are read. */
export const closeRules: { readonly drain: Rule<number> } = { drain: withDefault(duration(), 0) };
