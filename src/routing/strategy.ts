import type { Candidate } from '../agents/index.ts';

/** The task that an agent is looked for, as a strategy sees it. */
export interface RoutingRequest {
  /** What is asked for: capabilities, specializations, or an agent's name. */
  readonly label: string;
  /** The task's input, as its schema returned it; not to be changed. */
  readonly input: unknown;
  /** Higher goes first; the names `low`, `medium`, `high` and `critical` are 0 to 3. */
  readonly priority: number;
  /** The number of the attempt that is to be made; the first is 1. */
  readonly attempt: number;
}

/**
 * Picks the agent for a task.
 *
 * Asked only while at least one candidate is available; synchronous, as it stands on the way of every task.
 */
export interface RoutingStrategy {
  /** For events and reports. */
  readonly name: string;
  /**
   * @param candidates Every agent that could do the task, in the order of registration: never empty, live, not
   * to be changed, and the same array each time that the same thing is asked for.
   * @returns One of them. Choosing one that is not `available` means to wait for that very agent.
   */
  choose(request: RoutingRequest, candidates: readonly Candidate[]): Candidate | undefined;
}
