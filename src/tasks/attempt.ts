import type { AgentEntry } from '../agents/index.ts';
import type { ContextWork } from '../kernel/context.ts';
import { TimeoutError } from '../kernel/errors.ts';
import { Exchange, Message } from '../messaging/index.ts';
import type { Task } from './task.ts';

/** Whoever looks after attempts; told of each one's end once. */
export interface AttemptKeeper {
  /** @param outcome The output, or the error. */
  attemptEnded(attempt: Attempt, succeeded: boolean, outcome: unknown): void;
}

/** The topic at which an agent gets its work. */
export function topicOf(agent: string): string {
  return `agent.${agent}`;
}

/** One attempt at a task: a request to the agent that was chosen for it. It is part of the task. */
export class Attempt extends Exchange implements ContextWork {
  readonly task: Task;
  readonly entry: AgentEntry;
  /** True once the agent's worker has it: from then on the worker looks after the slot. */
  delivered = false;
  /** 1 for the first attempt at the task. */
  readonly number: number;
  readonly #keeper: AttemptKeeper;
  readonly #timeoutMs: number;

  constructor(task: Task, entry: AgentEntry, topic: string, timeoutMs: number, keeper: AttemptKeeper) {
    super(task.runtime, new Message(task.runtime.ids, topic, task.input, task));
    this.task = task;
    this.entry = entry;
    this.number = task.attempt;
    this.#timeoutMs = timeoutMs;
    this.#keeper = keeper;
  }

  get idempotencyKey(): string {
    return this.task.idempotencyKey;
  }
  get taskId(): string {
    return this.task.id;
  }
  get runId(): string | undefined {
    return this.task.origin?.runId;
  }
  get agent(): string {
    return this.entry.name;
  }
  get capability(): string | undefined {
    return this.task.capability?.name;
  }
  get sender(): string {
    return this.entry.name;
  }

  progressed(value: unknown): void {
    const { task, agent } = this;
    if (!this.runtime.events.wants('task.progressed')) return;
    task.emit({ type: 'task.progressed', ...task.facts(), agent, value });
  }

  /** Starts to count its time, as part of the task. */
  start(now: number): void {
    this.begin(this.task, undefined, this.#timeoutMs, now);
  }

  protected fulfilled(output: unknown): void {
    this.#keeper.attemptEnded(this, true, output);
  }

  protected failed(error: unknown): void {
    this.#keeper.attemptEnded(this, false, error);
  }

  protected timeout(): Error {
    return new TimeoutError(`attempt of agent "${this.entry.name}" at "${this.task.label}"`, this.#timeoutMs);
  }
}
