import type { AgentEntry, CandidateSet } from '../agents/index.ts';
import { CadreError } from '../kernel/errors.ts';
import { port, type Rule } from '../kernel/options.ts';
import type { RoutingRequest, RoutingStrategy } from './strategy.ts';

/** The routing strategy threw, or chose something that is no candidate. What it threw is `cause`. */
export class RoutingError extends CadreError<'ROUTING_FAILED'> {
  readonly code = 'ROUTING_FAILED' as const;
  readonly strategy: string;

  constructor(strategy: string, problem: string, cause?: unknown) {
    super(`The routing strategy "${strategy}" ${problem}`, cause === undefined ? {} : { cause });
    this.strategy = strategy;
  }
}

/** The rule of an option that takes a {@link RoutingStrategy}. */
export const strategyRule: Rule<RoutingStrategy> = port<RoutingStrategy>('RoutingStrategy', ['choose']);

/** Asks the strategy, and believes it only what it may decide. */
export class Router {
  readonly #strategy: RoutingStrategy;

  constructor(strategy: RoutingStrategy) {
    this.#strategy = strategy;
  }

  /** The agent for a task. The set must have a free agent. @throws RoutingError */
  choose(request: RoutingRequest, set: CandidateSet): AgentEntry {
    const { entries } = set;
    // With one candidate there is nothing to decide.
    if (entries.length === 1) return entries[0] as AgentEntry;
    let chosen: unknown;
    try {
      chosen = this.#strategy.choose(request, entries);
      if (isCandidate(chosen, set)) return chosen;
    } catch (error) {
      throw new RoutingError(this.#strategy.name, 'threw', error);
    }
    throw new RoutingError(this.#strategy.name, 'chose something that is no candidate');
  }
}

function isCandidate(chosen: unknown, set: CandidateSet): chosen is AgentEntry {
  // An entry knows its sets, which are few; the set's entries may be many.
  return (chosen as AgentEntry | null | undefined)?.sets?.includes(set) === true;
}
