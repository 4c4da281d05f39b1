import type { BaseEvent } from '../kernel/events.ts';

/**
 * What every event of an agent tells.
 *
 * @inline
 */
interface AgentFacts {
  /** The agent's name. */
  readonly agent: string;
}

/** What happens in the agent registry. */
export type AgentEvent =
  /** An agent may be given work from now on. */
  | (BaseEvent<'agent.registered'> &
      AgentFacts & {
        /** The names of the capabilities that it serves. */
        readonly capabilities: readonly string[];
      })
  /** An agent is gone, and its name is free again. */
  | (BaseEvent<'agent.unregistered'> &
      AgentFacts & {
        /** Tasks that were stopped by it. */
        readonly stopped: number;
      });
