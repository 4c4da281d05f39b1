/** What happens in the agent registry. */
export type AgentEvent =
  | {
      readonly type: 'agent.registered';
      readonly at: number;
      readonly agent: string;
      readonly capabilities: readonly string[];
    }
  | {
      readonly type: 'agent.unregistered';
      readonly at: number;
      readonly agent: string;
      /** Tasks that were stopped by it. */
      readonly stopped: number;
    };
