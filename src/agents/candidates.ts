import type { AgentEntry } from './entry.ts';

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
  readonly entries: AgentEntry[] = [];
  /** How many of them have a free slot. */
  free = 0;
  /** How many tasks wait for one of them; kept by whoever lets tasks wait. */
  waiting = 0;

  constructor(requirement: RequirementNames) {
    this.requirement = requirement;
  }

  add(entry: AgentEntry): void {
    this.entries.push(entry);
    entry.sets.push(this);
    if (entry.available) this.free++;
  }

  remove(entry: AgentEntry): void {
    const index = this.entries.indexOf(entry);
    if (index < 0) return;
    this.entries.splice(index, 1);
    if (entry.available) this.free--;
  }

  /** A text that tells a person what is asked for. */
  get label(): string {
    const { agent, capabilities, specializations } = this.requirement;
    const parts = agent === undefined ? [...capabilities] : [`agent ${agent}`, ...capabilities];
    for (const specialization of specializations) parts.push(`in ${specialization}`);
    return parts.join(' + ');
  }
}
