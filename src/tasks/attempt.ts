import type { AgentEntry } from '../agents/index.ts';
import { Attempt } from '../kernel/attempt.ts';
import type { Timed } from '../kernel/deadlines.ts';
import { TimeoutError } from '../kernel/errors.ts';
import type { SlotOwner } from '../kernel/invocation.ts';
import { Message, type Reply, type ReplyWatcher } from '../messaging/index.ts';
import type { Task } from './task.ts';

/** The place of the agent that an attempt is for. */
interface AttemptOwner extends SlotOwner {
  readonly entry: AgentEntry;
  readonly topic: string;
  readonly label: string;
}

/** Whoever looks after attempts at tasks. */
export interface AttemptKeeper {
  /** Told of each one's end once. @param outcome The output, or the error. */
  attemptEnded(attempt: TaskAttempt, succeeded: boolean, outcome: unknown): void;
  slotFreed(entry: AgentEntry, abandoned: boolean): void;
}

/** One attempt at a task: a request to the agent that was chosen for it. */
export class TaskAttempt extends Attempt implements Reply, Timed {
  lane = -1;
  timedNext: Timed | undefined;
  timedPrevious: Timed | undefined;
  lookAt = 0;
  declare readonly owner: AttemptOwner;
  declare readonly work: Task;
  watcher: ReplyWatcher | undefined;
  /** True once the agent's worker has it: from then on the slot is the handler's. */
  delivered = false;
  #holdsSlot = true;
  readonly #keeper: AttemptKeeper;
  readonly #timeoutMs: number;
  #message: Message | undefined;

  constructor(owner: AttemptOwner, task: Task, timeoutMs: number, keeper: AttemptKeeper, now: number) {
    super(owner, task, task.attempt, now + timeoutMs);
    this.#keeper = keeper;
    this.#timeoutMs = timeoutMs;
    // The task's own time is watched as long as nothing with less time is under way.
    if (this.dueAt < task.dueAt) this.runtime.deadlines.arm(this, now);
    else task.watch(now);
  }

  get entry(): AgentEntry {
    return this.owner.entry;
  }
  get topic(): string {
    return this.owner.topic;
  }
  get body(): unknown {
    return this.work.input;
  }
  get priority(): number {
    return this.work.priority;
  }
  get message(): Message {
    this.#message ??= new Message(this.runtime.ids, this.topic, this.body, this.work);
    return this.#message;
  }
  get signal(): AbortSignal {
    return this.scope.signal;
  }
  get label(): string {
    return this.owner.label;
  }
  get idempotencyKey(): string {
    return this.work.idempotencyKey;
  }
  get taskId(): string {
    return this.work.id;
  }
  get runId(): string | undefined {
    return this.work.origin?.runId;
  }
  get agent(): string {
    return this.entry.name;
  }
  get capability(): string | undefined {
    return this.work.capability?.name;
  }
  get sender(): string {
    return this.entry.name;
  }

  timeLeft(): number {
    return this.dueAt - this.runtime.clock.monotonic();
  }

  progressed(value: unknown): void {
    const { work, agent } = this;
    if (!this.runtime.events.wants('task.progressed')) return;
    work.emit({ type: 'task.progressed', ...work.facts(), agent, value });
  }

  timeout(): Error {
    return new TimeoutError(`attempt of agent "${this.agent}" at "${this.work.label}"`, this.#timeoutMs);
  }

  override giveUp(reason: unknown): void {
    if (this.ended) return;
    const { watcher } = this;
    this.watcher = undefined;
    super.giveUp(reason);
    this.#leave();
    watcher?.waiterGone();
  }

  protected fulfilled(output: unknown): void {
    this.#leave();
    this.#keeper.attemptEnded(this, true, output);
  }

  protected failed(error: unknown): void {
    this.#leave();
    this.#keeper.attemptEnded(this, false, error);
  }

  #leave(): void {
    if (this.lane >= 0) this.runtime.deadlines.disarm(this);
    // Its worker will never see it.
    if (!this.delivered) this.slotFreed(false);
  }

  slotFreed(abandoned: boolean): void {
    if (!this.#holdsSlot) return;
    this.#holdsSlot = false;
    this.#keeper.slotFreed(this.entry, abandoned);
  }
}
