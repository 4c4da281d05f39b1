import type { AgentRegistry } from '../agents/index.ts';
import type { Logger } from '../kernel/logger.ts';
import type { MessageBroker } from '../messaging/index.ts';
import type { TaskDistributor } from '../tasks/index.ts';
import type { StepExecutor } from '../workflow/index.ts';

/** Turns the steps that the engine cannot run itself into tasks for agents. */
export function taskExecutor(
  agents: AgentRegistry,
  tasks: TaskDistributor,
  messages: MessageBroker,
  logger: Logger,
): StepExecutor {
  return {
    execute: (target, input, work) => tasks.carryOut(target, input, work),
    candidates: (requirement) => agents.find(requirement).map(({ agent }) => agent.name),
    ask: (target, input, options, parent) => tasks.askWithin(parent, target, input, options),
    publish: (topic, body, sender) => messages.publish(topic, body, { sender }),
    logger,
  };
}
