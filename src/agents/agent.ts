import { InvalidNameError } from '../kernel/errors.ts';
import { checkName } from '../kernel/names.ts';
import {
  callable,
  list,
  optional,
  parseOptions,
  type Rule,
  type Rules,
  refuse,
  text,
  whole,
  withDefault,
} from '../kernel/options.ts';
import type { Callee, HandlerContext } from '../kernel/work.ts';
import { type Policy, type PolicySettings, policyRule } from '../resilience/index.ts';
import { type Capability, defineCapability } from './capability.ts';

// biome-ignore lint/suspicious/noExplicitAny: a list of capabilities of any types
type AnyCapability = Capability<any, any, any, any>;

/** A capability in an agent's list: its definition, or its name when types do not matter. */
export type CapabilityReference = AnyCapability | string;

// biome-ignore lint/suspicious/noExplicitAny: a capability named by text has no types
type CallerInput<C> = C extends Capability<infer I, any, any, any> ? I : any;
// biome-ignore lint/suspicious/noExplicitAny: as above
type CallerOutput<C> = C extends Capability<any, infer O, any, any> ? O : any;
// biome-ignore lint/suspicious/noExplicitAny: as above
type HandlerInput<C> = C extends Capability<any, any, infer HI, any> ? HI : any;
// biome-ignore lint/suspicious/noExplicitAny: as above
type HandlerOutput<C> = C extends Capability<any, any, any, infer HO> ? HO : any;

/**
 * A name, what it can do, its limits and its handler.
 *
 * @typeParam I What callers pass. @typeParam O What callers get.
 */
export interface Agent<I = unknown, O = unknown> extends Callee<I, O> {
  readonly kind: 'agent';
  /** What it is for, as its definition says. */
  readonly description: string | undefined;
  /** What it serves, each name once; empty for an agent that is asked by definition or name only. */
  readonly capabilities: readonly Capability[];
  /** What it is especially good at, each name once. */
  readonly specializations: readonly string[];
  /** Tasks at once. */
  readonly concurrency: number;
  /** What the definition says about attempts and timeouts, durations in milliseconds. */
  readonly policy: PolicySettings | undefined;
  /** Does the work. For whoever wraps an agent in another; to give it work, ask a coordinator. */
  readonly handle: (input: unknown, context: HandlerContext) => unknown;
}

/** What every agent may say about itself. */
interface AgentFacts {
  /** What it is for, in a sentence. */
  readonly description?: string | undefined;
  /** What it is especially good at; a requirement may ask for it. @default [] */
  readonly specializations?: readonly string[] | undefined;
  /** Tasks at once. 1 or more; Infinity for no limit. @default 1 */
  readonly concurrency?: number | undefined;
  /** Attempts, backoff and timeout of the tasks that it is given, where the caller does not say. */
  readonly policy?: Policy | undefined;
}

/** Options of {@link defineAgent} for an agent that serves capabilities. */
export interface ServingAgentOptions<C extends CapabilityReference> extends AgentFacts {
  /** What it can do; without any it is asked by its definition or name only. */
  readonly capabilities: readonly C[];
  /** Does the work. With several capabilities `context.capability` says which was asked for. */
  readonly handle: (
    input: HandlerInput<C>,
    context: HandlerContext,
  ) => HandlerOutput<C> | PromiseLike<HandlerOutput<C>>;
}

/** Options of {@link defineAgent} for an agent that is asked by its definition or name only. */
export interface NamedAgentOptions<I, O> extends AgentFacts {
  /** Left out: it serves none. */
  readonly capabilities?: undefined;
  /** Does the work. */
  readonly handle: (input: I, context: HandlerContext) => O | PromiseLike<O>;
}

interface AgentSettings {
  readonly description: string | undefined;
  readonly capabilities: readonly Capability[];
  readonly specializations: readonly string[];
  readonly concurrency: number;
  readonly policy: PolicySettings | undefined;
  readonly handle: Agent['handle'];
}

const capabilityRule: Rule<Capability> = (value) => {
  if (typeof value === 'string') return defineCapability(value);
  if ((value as Capability | null | undefined)?.kind !== 'capability')
    refuse('a capability or its name', value);
  return value as Capability;
};

/** Its topic is `agent.` and its name, and no topic has more than 256 bytes. */
const LONGEST_AGENT_NAME_BYTES = 250;

const specializationRule: Rule<string> = (value) => checkName('specialization', value);

const rules: Rules<AgentSettings> = {
  description: optional(text),
  capabilities: withDefault(list(capabilityRule), []),
  specializations: withDefault(list(specializationRule), []),
  concurrency: withDefault(whole({ min: 1, max: Infinity }), 1),
  policy: optional(policyRule),
  handle: callable(),
};

/**
 * Defines an agent that serves capabilities. The handler's input and output types come from them.
 *
 * @throws InvalidNameError, InvalidOptionsError
 */
export function defineAgent<const C extends CapabilityReference>(
  name: string,
  options: ServingAgentOptions<C>,
): Agent<CallerInput<C>, CallerOutput<C>>;
/**
 * Defines an agent that is asked by its definition or name. Returns frozen data and registers nothing.
 *
 * @throws InvalidNameError, InvalidOptionsError
 */
export function defineAgent<I, O>(name: string, options: NamedAgentOptions<I, O>): Agent<I, Awaited<O>>;
export function defineAgent(name: string, options: object): Agent {
  checkName('agent', name);
  if (Buffer.byteLength(name) > LONGEST_AGENT_NAME_BYTES) {
    throw new InvalidNameError(
      'agent',
      name,
      `the name of an agent has at most ${LONGEST_AGENT_NAME_BYTES} bytes`,
    );
  }
  const { description, capabilities, specializations, concurrency, policy, handle } = parseOptions(
    'defineAgent',
    rules,
    options,
  );
  // Written out: what a spread adds lies outside of the object, and with many agents each is fetched anew.
  return Object.freeze({
    kind: 'agent',
    name,
    description,
    capabilities: Object.freeze(uniqueByName(capabilities)),
    specializations: specializations.length === 0 ? NONE : Object.freeze([...new Set(specializations)]),
    concurrency,
    policy,
    handle,
  });
}

/** Shared by the many agents that have no specialization. */
const NONE: readonly string[] = Object.freeze([]);

function uniqueByName(capabilities: readonly Capability[]): Capability[] {
  return [...new Map(capabilities.map((capability) => [capability.name, capability])).values()];
}
