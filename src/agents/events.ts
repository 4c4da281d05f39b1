/**
 * What every event of an agent tells.
 *
 * @inline
 */
interface AgentFacts {
  /** When it happened, in epoch milliseconds. */
  readonly at: number;
  /** The agent's name. */
  readonly agent: string;
}

/** What happens in the agent registry. */
export type AgentEvent =
  | (AgentFacts & {
      /** An agent may be given work from now on. */
      readonly type: 'agent.registered';
      /** The names of the capabilities that it serves. */
      readonly capabilities: readonly string[];
    })
  | (AgentFacts & {
      /** An agent is gone, and its name is free again. */
      readonly type: 'agent.unregistered';
      /** Tasks that were stopped by it. */
      readonly stopped: number;
    });
