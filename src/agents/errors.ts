import { inspect } from 'node:util';
import { CadreError } from '../kernel/errors.ts';

/** The name is taken by an agent that is registered. */
export class AgentExistsError extends CadreError<'AGENT_EXISTS'> {
  readonly code = 'AGENT_EXISTS' as const;
  /** The name that is taken. */
  readonly agent: string;

  constructor(agent: string) {
    super(`An agent named "${agent}" is registered already`);
    this.agent = agent;
  }
}

/** No agent of that name is registered. */
export class UnknownAgentError extends CadreError<'UNKNOWN_AGENT'> {
  readonly code = 'UNKNOWN_AGENT' as const;
  /** The name that no agent has. */
  readonly agent: string;

  constructor(agent: string) {
    super(`No agent named ${typeof agent === 'string' ? `"${agent}"` : inspect(agent)} is registered`);
    this.agent = agent;
  }
}

/** The agent was unregistered while it worked on the task. Another may take it. */
export class AgentGoneError extends CadreError<'AGENT_GONE'> {
  readonly code = 'AGENT_GONE' as const;
  /** The name of the agent that has gone. */
  readonly agent: string;

  constructor(agent: string) {
    super(`The agent "${agent}" was unregistered`, { retryable: true });
    this.agent = agent;
  }
}
