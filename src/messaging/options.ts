import { type Clock, clockRule } from '../kernel/clock.ts';
import type { Duration } from '../kernel/durations.ts';
import {
  abortSignal,
  callable,
  duration,
  optional,
  port,
  type Rule,
  type Rules,
  refuse,
  text,
  whole,
  withDefault,
} from '../kernel/options.ts';
import { DEFAULT_PRIORITY, type Priority, priorityRule } from '../kernel/priority.ts';
import type { Transport } from './transport.ts';

/** Options of `MessageBroker`. */
export interface MessageBrokerOptions {
  /** How messages travel. @default memoryTransport() */
  readonly transport?: Transport | undefined;
  /** How long a request waits for its answer, counted from acceptance; Infinity for ever. @default '30s' */
  readonly timeout?: Duration | undefined;
  /** Requests open at once; one more is refused with `FullError`. 1 or more. @default 100000 */
  readonly pending?: number | undefined;
  /** How long a handler keeps its slot after its sender has gone. @default '5s' */
  readonly grace?: Duration | undefined;
  /** Where time comes from. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** What a sender may add to a message. */
export interface PublishOptions {
  /** Who sends it. */
  readonly sender?: string | undefined;
  /** Anything the receiver should know that is not the body. An object; passed on untouched. */
  readonly headers?: object | undefined;
}

/** Options of `MessageBroker.request`. */
export interface RequestOptions extends PublishOptions {
  /** How long to wait for the answer, counted from acceptance; Infinity for ever. @default the broker's timeout */
  readonly timeout?: Duration | undefined;
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Who goes first where requests wait for the responder. @default 'medium' */
  readonly priority?: Priority | undefined;
}

/** Options of `MessageBroker.respond`. */
export interface RespondOptions {
  /** Handlers running at once. 1 or more. @default 100 */
  readonly concurrency?: number | undefined;
  /** Requests waiting for a free slot; one more is refused with `FullError`. 0 or more. @default 1000 */
  readonly waiting?: number | undefined;
}

/** {@link MessageBrokerOptions}, parsed. */
export interface BrokerSettings {
  readonly transport: Transport | undefined;
  readonly timeout: number;
  readonly pending: number;
  readonly grace: number;
  readonly clock: Clock | undefined;
}

/** {@link PublishOptions}, parsed. */
export interface PublishSettings {
  readonly sender: string | undefined;
  readonly headers: object | undefined;
}

/** {@link RequestOptions}, parsed. */
export interface RequestSettings extends PublishSettings {
  readonly timeout: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly priority: number;
}

/** {@link RespondOptions}, parsed. */
export interface RespondSettings {
  readonly concurrency: number;
  readonly waiting: number;
}

const object: Rule<object> = (value) => {
  if (typeof value !== 'object' || value === null) refuse('an object', value);
  return value as object;
};

/** How {@link MessageBrokerOptions} are read. */
export const brokerRules: Rules<BrokerSettings> = {
  transport: optional(
    port<Transport>('Transport', ['publish', 'subscribe', 'request', 'topics', 'respond', 'withdraw']),
  ),
  timeout: withDefault(duration({ min: 1, infinity: true }), 30_000),
  pending: withDefault(whole({ min: 1 }), 100_000),
  grace: withDefault(duration(), 5_000),
  clock: optional(clockRule),
};

/** How {@link PublishOptions} are read. */
export const publishRules: Rules<PublishSettings> = { sender: optional(text), headers: optional(object) };

/** How {@link RequestOptions} are read. */
export const requestRules: Rules<RequestSettings> = {
  ...publishRules,
  timeout: optional(duration({ min: 1, infinity: true })),
  signal: optional(abortSignal),
  priority: withDefault(priorityRule, DEFAULT_PRIORITY),
};

/** How {@link RespondOptions} are read. */
export const respondRules: Rules<RespondSettings> = {
  concurrency: withDefault(whole({ min: 1 }), 100),
  waiting: withDefault(whole(), 1_000),
};

/** Any handler. */
export const handlerRule: Rule<(...args: never[]) => unknown> = callable();
