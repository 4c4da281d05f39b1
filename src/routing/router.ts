import { AgentEntry, type CandidateSet } from '../agents/index.ts';
import { CadreError } from '../kernel/errors.ts';
import { ignore, isThenable } from '../kernel/functions.ts';
import { port, type Rule } from '../kernel/options.ts';
import { isLeastLoaded } from './least-loaded.ts';
import type { RoutingRequest, RoutingStrategy } from './strategy.ts';

/** The routing strategy threw, or chose something that is no candidate. What it threw is `cause`. */
export class RoutingError extends CadreError<'ROUTING_FAILED'> {
  readonly code = 'ROUTING_FAILED' as const;
  /** The strategy's name. */
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
  readonly #byLoad: boolean;

  constructor(strategy: RoutingStrategy) {
    this.#strategy = strategy;
    this.#byLoad = isLeastLoaded(strategy);
  }

  /** The agent for a task. The set must have a free agent. @throws RoutingError */
  choose(request: RoutingRequest, set: CandidateSet): AgentEntry {
    const { entries } = set;
    // With one candidate there is nothing to decide.
    if (entries.length === 1) return entries[0] as AgentEntry;
    if (this.#byLoad) return set.leastLoaded() as AgentEntry;
    try {
      const chosen: unknown = this.#strategy.choose(request, entries);
      // An entry knows its sets, which are few; the set's entries may be many.
      if (AgentEntry.is(chosen) && chosen.sets.includes(set)) return chosen;
      if (isThenable(chosen)) Promise.resolve(chosen).catch(ignore);
    } catch (error) {
      throw new RoutingError(this.#strategy.name, 'threw', error);
    }
    throw new RoutingError(this.#strategy.name, 'chose something that is no candidate');
  }
}
