import { type Clock, clockRule } from '../kernel/clock.ts';
import type { Duration } from '../kernel/durations.ts';
import { ClosedError } from '../kernel/errors.ts';
import type { EventHub } from '../kernel/events.ts';
import { ignore } from '../kernel/functions.ts';
import { duration, optional, parseOption, parseOptions, refuse, withDefault } from '../kernel/options.ts';
import { Pause } from '../kernel/pause.ts';
import { Runtime } from '../kernel/runtime.ts';
import type { Requirement } from '../kernel/work.ts';
import type { Agent } from './agent.ts';
import { CapabilityIndex } from './capability-index.ts';
import type { CandidateSet } from './entry.ts';
import { AgentEntry, type AgentInfo, matchScore } from './entry.ts';
import { AgentExistsError, UnknownAgentError } from './errors.ts';
import type { AgentEvent } from './events.ts';
import { requirementNames } from './requirement.ts';

/** Options of {@link AgentRegistry}. */
export interface AgentRegistryOptions {
  /** Where time comes from. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** Options of {@link AgentRegistry.unregister}. */
export interface UnregisterOptions {
  /** How long the tasks that it has in hand may take to end, before they are stopped. @default 0 */
  readonly drain?: Duration | undefined;
}

/** An agent that fulfils a requirement, and why it stands where it stands. */
export interface RankedCandidate {
  /** The agent as it is now. */
  readonly agent: AgentInfo;
  /** `performance × (1 − load)`, 0 to 1. */
  readonly score: number;
  /** What the score comes from, in words, such as `2 of 4 slots in use`. */
  readonly reasons: readonly string[];
}

/** Why an agent does not fulfil a requirement. */
export interface Rejection {
  /** The agent's name. */
  readonly agent: string;
  /** What it lacks, in words, such as `has no specialization "oceans"`. */
  readonly reasons: readonly string[];
}

/** Whoever gives work to the agents; told of those who come and go. */
export interface AgentHost {
  /** An agent comes. What it throws undoes the registration. */
  admit(entry: AgentEntry): void;
  /** The agent has been admitted and may be given work. */
  welcome(entry: AgentEntry): void;
  /** An agent takes no new work from now on; it has left `sets`, and nobody finds it any more. */
  retire(entry: AgentEntry, sets: readonly CandidateSet[]): void;
  /** Stops what the agent has in hand. @returns How many tasks. */
  stopAll(entry: AgentEntry): number;
  /** The agent is gone. */
  dismiss(entry: AgentEntry): void;
}

const REJECTIONS_LISTED = 20;

/**
 * The agents, found by what they can do.
 *
 * Agents come and go at run time. A name is taken from registration until the agent is gone.
 */
export class AgentRegistry {
  readonly #runtime: Runtime;
  readonly #entries = new Map<string, AgentEntry>();
  readonly #index = new CapabilityIndex(this.#entries);
  #host: AgentHost | undefined;
  #closed = false;

  /**
   * @param runtime What the rooms of one coordinator share; a registry that is used alone makes its own.
   * @throws InvalidOptionsError
   */
  constructor(options?: AgentRegistryOptions, runtime?: Runtime) {
    const { clock } = parseOptions<{ clock: Clock | undefined }>(
      'AgentRegistry',
      { clock: optional(clockRule) },
      options,
    );
    this.#runtime = runtime ?? new Runtime(clock);
  }

  /** What happens here, as events. */
  get events(): EventHub<AgentEvent> {
    return this.#runtime.events as unknown as EventHub<AgentEvent>;
  }

  /** How many agents are registered. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Lets an agent take work from now on; tasks that wait for one like it may start at once.
   *
   * @throws AgentExistsError, InvalidOptionsError, ClosedError; the registry is unchanged then.
   */
  register(agent: Agent<never, unknown>): void {
    if (this.#closed) throw new ClosedError('AgentRegistry');
    const definition = parseOption('register', 'agent', agentRule, agent);
    if (this.#entries.has(definition.name)) throw new AgentExistsError(definition.name);
    const { clock, events } = this.#runtime;
    const entry = new AgentEntry(definition, clock.now());
    this.#entries.set(entry.name, entry);
    this.#index.add(entry);
    try {
      this.#host?.admit(entry);
    } catch (error) {
      this.#index.remove(entry);
      this.#entries.delete(entry.name);
      throw error;
    }
    if (events.wants('agent.registered')) {
      const capabilities = definition.capabilities.map((capability) => capability.name);
      const event: AgentEvent = {
        type: 'agent.registered',
        at: clock.now(),
        agent: entry.name,
        capabilities,
      };
      events.emit(event);
    }
    this.#host?.welcome(entry);
  }

  /**
   * Takes an agent out: it gets no new work from this moment, and what it has in hand may end within `drain`.
   *
   * Tasks that do not end are stopped with `AgentGoneError`, which a policy with more attempts gives to another.
   *
   * @returns How many tasks were stopped. Calling again for an agent that drains stops its tasks sooner.
   * Rejects with InvalidOptionsError or UnknownAgentError.
   */
  async unregister(
    name: string,
    options?: UnregisterOptions,
  ): Promise<{
    /** Tasks that were stopped. */
    readonly stopped: number;
  }> {
    const { drain } = parseOptions<{ drain: number }>(
      'unregister',
      { drain: withDefault(duration(), 0) },
      options,
    );
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new UnknownAgentError(name);
    if (!entry.draining) {
      const sets = [...entry.sets];
      this.#index.remove(entry);
      this.#host?.retire(entry, sets);
    }
    if (entry.activeTasks > 0 && drain > 0) await this.#idle(entry, drain);
    const stopped = this.#host?.stopAll(entry) ?? 0;
    if (this.#entries.get(name) !== entry) return { stopped };
    this.#entries.delete(name);
    this.#host?.dismiss(entry);
    const { clock, events } = this.#runtime;
    if (events.wants('agent.unregistered')) {
      const event: AgentEvent = { type: 'agent.unregistered', at: clock.now(), agent: name, stopped };
      events.emit(event);
    }
    return { stopped };
  }

  /** What is known of an agent now; undefined when no agent has that name. */
  get(name: string): AgentInfo | undefined {
    return this.#entries.get(name)?.info();
  }

  /** Every agent, in the order of registration. */
  list(): readonly AgentInfo[] {
    return Array.from(this.#entries.values(), (entry) => entry.info());
  }

  /**
   * Who could do what `requirement` asks for, best first, with the reasons; ties in the order of registration.
   *
   * @throws InvalidOptionsError, InvalidNameError
   */
  find(requirement: Requirement): readonly RankedCandidate[] {
    const entries = this.candidates(requirement)?.entries ?? [];
    const ranked = entries.map((entry): RankedCandidate => {
      const { performance, activeTasks, concurrency } = entry;
      return {
        agent: entry.info(),
        score: matchScore(entry),
        reasons: [`performance ${performance.toFixed(2)}`, `${activeTasks} of ${concurrency} slots in use`],
      };
    });
    return ranked.sort((a, b) => b.score - a.score);
  }

  /** Why nobody fulfils `requirement`: what each agent lacks, for the first 20 of them. */
  rejections(requirement: Requirement): readonly Rejection[] {
    const names = requirementNames(requirement);
    const rejections: Rejection[] = [];
    for (const entry of this.#entries.values()) {
      const reasons = entry.draining ? ['is being unregistered'] : entry.lacks(names);
      if (reasons.length > 0) rejections.push({ agent: entry.name, reasons });
      if (rejections.length === REJECTIONS_LISTED) break;
    }
    return rejections;
  }

  /** Takes no more agents. */
  close(): void {
    this.#closed = true;
  }

  /** @internal Lets go of every agent, without a word: the last act of a coordinator. */
  dismissAll(): void {
    for (const entry of this.#entries.values()) this.#host?.dismiss(entry);
  }

  /** @internal The kept set for a requirement, a capability's name or an agent's name. */
  candidates(requirement: Requirement): CandidateSet | undefined {
    return this.#index.forRequirement(requirement);
  }

  /** @internal */
  candidatesFor(kind: 'capability' | 'agent', name: string): CandidateSet | undefined {
    return kind === 'capability' ? this.#index.forCapability(name) : this.#index.forAgent(name);
  }

  /** @internal Names whoever gives work to the agents. */
  attach(host: AgentHost): void {
    this.#host = host;
    for (const entry of this.#entries.values()) {
      host.admit(entry);
      host.welcome(entry);
    }
  }

  async #idle(entry: AgentEntry, drainMs: number): Promise<void> {
    const wait = new Pause(this.#runtime.root, drainMs);
    const finish = (): void => wait.finish();
    entry.onIdle ??= new Set();
    entry.onIdle.add(finish);
    // A coordinator that closes in between ends the wait; what is left is stopped all the same.
    await wait.result.catch(ignore);
    entry.onIdle.delete(finish);
  }
}

const agentRule = (value: unknown): Agent => {
  const agent = value as Agent | null | undefined;
  if (agent?.kind !== 'agent' || typeof agent.handle !== 'function') refuse('made by defineAgent', value);
  return agent as Agent;
};
