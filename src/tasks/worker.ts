import type { AgentEntry } from '../agents/index.ts';
import { type ContextServices, WorkContext } from '../kernel/context.ts';
import { invoke, type SlotOwner } from '../kernel/invocation.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { isNew, type Reply, type Responder } from '../messaging/index.ts';
import { TaskAttempt } from './attempt.ts';

/** What a worker needs of the distributor. */
export interface WorkerHost extends ContextServices {
  readonly runtime: Runtime;
  readonly graceMs: number;
  /** A request that came to the agent's topic past the distributor: it becomes a task. */
  adopt(entry: AgentEntry, reply: Reply): void;
  /** The agent has the attempt, and begins with it now. */
  attemptDelivered(attempt: TaskAttempt): void;
}

/** The topic at which an agent gets its work. */
export function topicOf(agent: string): string {
  return `agent.${agent}`;
}

/** The place of one agent: takes the attempts that were given to it and runs its handler. */
export class Worker implements Responder, SlotOwner {
  readonly entry: AgentEntry;
  readonly topic: string;
  readonly #host: WorkerHost;

  constructor(host: WorkerHost, entry: AgentEntry, topic: string) {
    this.#host = host;
    this.entry = entry;
    this.topic = topic;
  }

  get runtime(): Runtime {
    return this.#host.runtime;
  }
  get graceMs(): number {
    return this.#host.graceMs;
  }
  get label(): string {
    return `agent "${this.entry.name}"`;
  }

  receive(reply: Reply): void {
    // A slot was taken for an attempt when the agent was chosen; whatever else comes has to wait its turn.
    if (!(reply instanceof TaskAttempt) || reply.entry !== this.entry) {
      if (isNew(reply)) this.#host.adopt(this.entry, reply);
      return;
    }
    if (reply.ended || reply.delivered) return;
    reply.delivered = true;
    this.#host.attemptDelivered(reply);
    // Whoever heard of the start may have cancelled the task.
    if (reply.ended) reply.slotFreed(false);
    else invoke(reply, this.entry.agent.handle, reply.work.input, new WorkContext(reply, this.#host));
  }
}
