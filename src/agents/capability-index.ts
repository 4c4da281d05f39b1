import { refused } from '../kernel/options.ts';
import type { Requirement, SomeCapability } from '../kernel/work.ts';
import type { AgentEntry } from './entry.ts';
import { CandidateSet, type RequirementNames } from './entry.ts';
import { requirementNames } from './requirement.ts';

/** One name further into a requirement: first its agent, then its capabilities, then its specializations. */
class Node {
  readonly capabilities: Map<string, Node> = new Map();
  readonly specializations: Map<string, Node> = new Map();
  readonly agents: Map<string, Node> = new Map();
  set: CandidateSet | undefined;
}

/** Answers for requirements of several names that are kept; beyond it they are computed anew. */
const KEPT_LIMIT = 1_000;

/**
 * Who can do what: for each capability, specialization and agent the set of agents, kept up on registration.
 *
 * A requirement of several names is intersected once, from the smallest list, and then kept up like the others,
 * so that a decision is a few Map look-ups however many agents there are.
 */
export class CapabilityIndex {
  readonly #byCapability = new Map<string, CandidateSet>();
  readonly #bySpecialization = new Map<string, CandidateSet>();
  readonly #agents: ReadonlyMap<string, AgentEntry>;
  #root = new Node();
  #kept: CandidateSet[] = [];

  /** @param agents Every registered agent by name, also those that drain. */
  constructor(agents: ReadonlyMap<string, AgentEntry>) {
    this.#agents = agents;
  }

  add(entry: AgentEntry): void {
    for (const { name } of entry.agent.capabilities) {
      this.#single(this.#byCapability, name, {
        agent: undefined,
        capabilities: [name],
        specializations: [],
      }).add(entry);
    }
    for (const name of entry.specializations) {
      this.#single(this.#bySpecialization, name, {
        agent: undefined,
        capabilities: [],
        specializations: [name],
      }).add(entry);
    }
    for (const set of this.#kept) if (entry.lacks(set.requirement).length === 0) set.add(entry);
    // A copy has no room to grow, which is more than it holds.
    entry.sets = [...entry.sets];
  }

  remove(entry: AgentEntry): void {
    entry.leave();
    for (const { name } of entry.agent.capabilities) this.#prune(this.#byCapability, name);
    for (const name of entry.specializations) this.#prune(this.#bySpecialization, name);
  }

  forAgent(name: string): CandidateSet | undefined {
    const entry = this.#agents.get(name);
    return entry === undefined || entry.draining ? undefined : entry.alone();
  }

  forCapability(name: string): CandidateSet | undefined {
    return this.#byCapability.get(name);
  }

  /** The set for any requirement; undefined when nobody fulfils it. @throws InvalidOptionsError, InvalidNameError */
  forRequirement(requirement: Requirement): CandidateSet | undefined {
    const kept = this.#look(requirement);
    // An empty set may be out of date: agents may have come since it was made.
    return kept !== undefined && kept.entries.length > 0 ? kept : this.#intersect(requirement);
  }

  #look(requirement: Requirement): CandidateSet | undefined {
    try {
      return this.#find(requirement);
    } catch (error) {
      throw refused('requirement', 'names', error);
    }
  }

  /**
   * Follows the names as they are: whatever leads somewhere was checked when the set was made. What has to be refused
   * with words leads nowhere: a kept set must not hide what is wrong with a requirement.
   */
  #find(requirement: Requirement): CandidateSet | undefined {
    if (typeof requirement !== 'object' || requirement === null) return undefined;
    for (const key in requirement) {
      if (key !== 'capabilities' && key !== 'specializations' && key !== 'agent') return undefined;
    }
    const { agent, capabilities, specializations } = requirement;
    let node: Node | undefined = this.#root;
    if (agent !== undefined) node = node.agents.get(agent);
    if (capabilities !== undefined) {
      if (!Array.isArray(capabilities)) return undefined;
      if (capabilities.length === 1 && agent === undefined && specializations === undefined) {
        return this.#byOne(capabilities[0]);
      }
      for (let n = 0; node !== undefined && n < capabilities.length; n++) {
        const item: SomeCapability | string | undefined = capabilities[n];
        if (typeof item === 'string') node = node.capabilities.get(item);
        else if (item?.kind === 'capability') node = node.capabilities.get(item.name);
        else return undefined;
      }
    }
    if (specializations !== undefined) {
      if (!Array.isArray(specializations)) return undefined;
      for (let n = 0; node !== undefined && n < specializations.length; n++) {
        node = node.specializations.get(specializations[n] as string);
      }
    }
    return node?.set;
  }

  /** One capability is what its own set is kept for. */
  #byOne(item: SomeCapability | string | undefined): CandidateSet | undefined {
    if (typeof item === 'string') return this.#byCapability.get(item);
    return item?.kind === 'capability' ? this.#byCapability.get(item.name) : undefined;
  }

  #intersect(requirement: Requirement): CandidateSet | undefined {
    const names = requirementNames(requirement);
    const lists = [
      ...(names.agent === undefined ? [] : [this.forAgent(names.agent)]),
      ...names.capabilities.map((name) => this.#byCapability.get(name)),
      ...names.specializations.map((name) => this.#bySpecialization.get(name)),
    ];
    if (lists.length === 1) return lists[0];
    let smallest: CandidateSet | undefined;
    for (const list of lists) {
      if (list === undefined) return undefined;
      if (smallest === undefined || list.entries.length < smallest.entries.length) smallest = list;
    }
    const found = smallest?.entries.filter((entry) => entry.lacks(names).length === 0) ?? [];
    return found.length === 0 ? undefined : this.#keep(names, found);
  }

  #keep(names: RequirementNames, entries: AgentEntry[]): CandidateSet {
    if (this.#kept.length >= KEPT_LIMIT) this.#forgetUnused();
    const set = new CandidateSet(names, entries);
    this.#kept.push(set);
    this.#file(set);
    return set;
  }

  #file(set: CandidateSet): void {
    const { agent, capabilities, specializations } = set.requirement;
    let node = this.#root;
    if (agent !== undefined) node = child(node.agents, agent);
    for (const name of capabilities) node = child(node.capabilities, name);
    for (const name of specializations) node = child(node.specializations, name);
    node.set = set;
  }

  /** A set that tasks wait for stays: a freed agent finds them through it. */
  #forgetUnused(): void {
    const [used, unused] = [
      this.#kept.filter((set) => set.waiting > 0),
      this.#kept.filter((set) => set.waiting === 0),
    ];
    for (const set of unused) set.dissolve();
    this.#root = new Node();
    this.#kept = used;
    for (const set of used) this.#file(set);
  }

  #single(index: Map<string, CandidateSet>, name: string, requirement: RequirementNames): CandidateSet {
    let set = index.get(name);
    if (set === undefined) {
      set = new CandidateSet(requirement);
      index.set(name, set);
    }
    return set;
  }

  #prune(index: Map<string, CandidateSet>, name: string): void {
    if (index.get(name)?.entries.length === 0) index.delete(name);
  }
}

function child(children: Map<string, Node>, name: string): Node {
  let node = children.get(name);
  if (node === undefined) {
    node = new Node();
    children.set(name, node);
  }
  return node;
}
