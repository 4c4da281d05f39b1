import { targetLabel } from '../kernel/work.ts';
import type { Agent } from './agent.ts';
import { type Loaded, LoadIndex, noteRelease } from './load-index.ts';

/** `idle`: no task; `active`: some; `busy`: no free slot; `draining`: takes none and leaves when it has none. */
export type AgentStatus = 'idle' | 'active' | 'busy' | 'draining';

/** One of the agents that could do a task, as a routing strategy sees it. It changes while work goes on. */
export interface Candidate {
  /** The agent's name. */
  readonly name: string;
  /** What it is especially good at. */
  readonly specializations: readonly string[];
  /** Tasks at once. */
  readonly concurrency: number;
  /** Tasks in hand. */
  readonly activeTasks: number;
  /** True when it has a free slot. */
  readonly available: boolean;
  /** The share of its slots in use, 0 to 1; 0 for an agent without a limit. */
  readonly load: number;
  /** How well its attempts end, 0 to 1, recent ones counting most; 1 for a new agent. */
  readonly performance: number;
}

/** How well an agent would do a task now: `performance × (1 − load)`, 0 to 1. */
export function matchScore({ performance, load }: Pick<Candidate, 'performance' | 'load'>): number {
  return performance * (1 - load);
}

/** What is known of a registered agent at one moment. */
export interface AgentInfo {
  /** The name it is registered under. */
  readonly name: string;
  /** What it is for, as its definition says. */
  readonly description: string | undefined;
  /** The names of the capabilities that it serves. */
  readonly capabilities: readonly string[];
  /** What it is especially good at. */
  readonly specializations: readonly string[];
  /** Tasks at once; Infinity for no limit. */
  readonly concurrency: number;
  /** Whether it works, has a free slot, or is about to leave. */
  readonly status: AgentStatus;
  /** Tasks in hand. */
  readonly activeTasks: number;
  /** The share of its slots in use, 0 to 1; 0 for an agent without a limit. */
  readonly load: number;
  /** How well its attempts end, 0 to 1, recent ones counting most; 1 for a new agent. */
  readonly performance: number;
  /** Attempts that ended well, since registration. */
  readonly completed: number;
  /** Attempts that failed or timed out, since registration. */
  readonly failed: number;
  /** When it was registered, in epoch milliseconds. */
  readonly registeredAt: number;
}

/** How much the latest attempt counts in `performance`. */
const LATEST = 0.1;

/** A registered agent and its load. */
export class AgentEntry implements Candidate, Loaded {
  // What every task looks at stands together: with many agents each line of memory is fetched anew.
  activeTasks = 0;
  readonly concurrency: number;
  notedTasks = 0;
  draining = false;
  /** Called when the last task of a draining agent has ended. */
  onIdle: Set<() => void> | undefined;
  /** Kept here by whoever gives it work, to find it without looking it up. */
  host: unknown;
  places: Loaded['places'];
  completed = 0;
  performance = 1;
  readonly agent: Agent;
  readonly name: string;
  readonly specializations: readonly string[];
  readonly registeredAt: number;
  /** Every kept set that it belongs to. */
  sets: CandidateSet[] = [];
  #alone: CandidateSet | undefined;
  failed = 0;
  readonly #isEntry = true;

  constructor(agent: Agent, registeredAt: number) {
    this.agent = agent;
    this.name = agent.name;
    this.specializations = agent.specializations;
    this.concurrency = agent.concurrency;
    this.registeredAt = registeredAt;
  }

  /** True for an entry itself; false for a copy, a proxy and whatever else looks like one. */
  static is(value: unknown): value is AgentEntry {
    return typeof value === 'object' && value !== null && #isEntry in value;
  }

  /** Takes a slot. */
  take(): void {
    this.activeTasks++;
  }

  /** Gives a slot back. */
  release(): void {
    this.activeTasks--;
    if (this.activeTasks < this.notedTasks) noteRelease(this);
    if (this.activeTasks === 0 && this.onIdle !== undefined) for (const tell of this.onIdle) tell();
  }

  /** Remembers how an attempt ended. */
  record(succeeded: boolean): void {
    if (succeeded) this.completed++;
    else this.failed++;
    this.performance += LATEST * ((succeeded ? 1 : 0) - this.performance);
  }

  /** The set of this agent alone, made when somebody asks for it by name. */
  alone(): CandidateSet {
    this.#alone ??= new CandidateSet({ agent: this.name, capabilities: [], specializations: [] }, [this]);
    return this.#alone;
  }

  /** Leaves every set, so that no decision finds it any more. */
  leave(): void {
    this.draining = true;
    for (const set of this.sets) set.remove(this);
    this.sets.length = 0;
  }

  get available(): boolean {
    return this.activeTasks < this.concurrency && !this.draining;
  }

  get load(): number {
    return this.activeTasks / this.concurrency;
  }

  get status(): AgentStatus {
    if (this.draining) return 'draining';
    if (this.activeTasks === 0) return 'idle';
    return this.available ? 'active' : 'busy';
  }

  /** What `requirement` asks for and this agent does not offer; empty when it is a candidate. */
  lacks({ agent, capabilities, specializations }: RequirementNames): string[] {
    const missing: string[] = [];
    if (agent !== undefined && agent !== this.name) missing.push(`is not "${agent}"`);
    for (const name of capabilities) {
      if (!this.agent.capabilities.some((capability) => capability.name === name)) {
        missing.push(`does not serve capability "${name}"`);
      }
    }
    for (const name of specializations) {
      if (!this.specializations.includes(name)) missing.push(`has no specialization "${name}"`);
    }
    return missing;
  }

  info(): AgentInfo {
    const { name, agent, specializations, concurrency, status, activeTasks, load, performance } = this;
    return {
      name,
      description: agent.description,
      capabilities: agent.capabilities.map((capability) => capability.name),
      specializations,
      concurrency,
      status,
      activeTasks,
      load,
      performance,
      completed: this.completed,
      failed: this.failed,
      registeredAt: this.registeredAt,
    };
  }
}

/** What a set of agents has in common. */
export interface RequirementNames {
  readonly agent: string | undefined;
  readonly capabilities: readonly string[];
  readonly specializations: readonly string[];
}

/** The agents that fulfil one requirement, kept ready: registration changes it, a decision only reads it. */
export class CandidateSet {
  readonly requirement: RequirementNames;
  /** In the order of registration. */
  readonly entries: AgentEntry[];
  /** How many tasks wait for one of them; kept by whoever lets tasks wait. */
  waiting = 0;
  #byLoad: LoadIndex<AgentEntry> | undefined;

  /** @param entries Belongs to the set from now on. */
  constructor(requirement: RequirementNames, entries: AgentEntry[] = []) {
    this.requirement = requirement;
    this.entries = entries;
    for (const entry of entries) entry.sets.push(this);
  }

  add(entry: AgentEntry): void {
    this.entries.push(entry);
    entry.sets.push(this);
    this.#byLoad?.add(entry);
  }

  remove(entry: AgentEntry): void {
    const index = this.entries.indexOf(entry);
    if (index < 0) return;
    this.entries.splice(index, 1);
    this.#byLoad?.remove(entry);
  }

  /** Lets go of every entry. Whoever still holds the set sees that it is empty, and asks for it again. */
  dissolve(): void {
    for (const entry of this.entries) {
      entry.sets.splice(entry.sets.indexOf(this), 1);
      this.#byLoad?.remove(entry);
    }
    this.entries.length = 0;
    this.#byLoad = undefined;
  }

  /** True while one of them has a free slot. */
  get hasFree(): boolean {
    const { entries } = this;
    // Nobody needs an order of one: an agent that is asked by name.
    return entries.length === 1 ? entries[0]!.available : this.#index().first()?.available === true;
  }

  /** The one with the smallest share of its slots in use; equals take turns in the order of registration. */
  leastLoaded(): AgentEntry | undefined {
    return this.#index().take();
  }

  /** Made when somebody asks: most sets are never asked. */
  #index(): LoadIndex<AgentEntry> {
    if (this.#byLoad === undefined) {
      this.#byLoad = new LoadIndex();
      for (const entry of this.entries) this.#byLoad.add(entry);
    }
    return this.#byLoad;
  }

  /** A text that tells a person what is asked for. */
  get label(): string {
    return targetLabel(this.requirement);
  }
}
