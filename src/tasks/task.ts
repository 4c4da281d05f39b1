import type { AgentEntry, CandidateSet, Capability } from '../agents/index.ts';
import { CancelledError, describeError, TimeoutError } from '../kernel/errors.ts';
import { type Lane, PriorityQueue, type QueueItem } from '../kernel/queue.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { Scope } from '../kernel/scope.ts';
import type { PolicySettings } from '../resilience/index.ts';
import type { RoutingRequest } from '../routing/index.ts';
import type { TaskEvent } from './events.ts';
import type { SubmitSettings } from './options.ts';

/** `waiting` for an agent, or between two attempts; `running` at an agent; the rest are ends. */
export type TaskStatus = 'waiting' | 'running' | 'completed' | 'failed' | 'cancelled';

/** A submitted task, as its submitter holds it. */
export interface TaskHandle<O = unknown> {
  /** Unique over processes. */
  readonly id: string;
  /** Where the task stands now. */
  readonly status: TaskStatus;
  /** Settles once with the output or the error. Left alone, a failure is not an unhandled rejection. */
  readonly result: Promise<O>;
  /** Stops it: its signal aborts at once and `result` rejects with `CancelledError`, `reason` as its cause. */
  cancel(reason?: unknown): void;
}

/** The run and step that a task belongs to. */
export interface TaskOrigin {
  readonly runId: string;
  readonly step: string;
  /** The number of the attempt at the step: the task's only attempt counts as that one. */
  readonly attempt: number;
}

/** An attempt that was given to an agent. */
interface GivenAttempt {
  /** Whose turn it is, or was. */
  readonly entry: AgentEntry;
  /** True once it has its outcome. */
  readonly ended: boolean;
  /** Ends it with an error; does nothing once it has ended. */
  stop(reason: unknown): void;
  /** Ends it with its task; does nothing once it has ended. */
  giveUp(reason: unknown): void;
}

/** What only some tasks have. */
class TaskExtras {
  /** What the caller says about attempts and timeouts. */
  policy: PolicySettings | undefined;
  idempotencyKey: string | undefined;
  origin: TaskOrigin | undefined;
  /** The retry that waits for the end of the attempt; undefined during the first attempt. */
  retry: PromiseWithResolvers<unknown> | undefined;
}

/** The tasks that wait for one of a set of agents. */
export class WaitingRoom extends PriorityQueue<Task> {
  readonly set: CandidateSet;

  constructor(set: CandidateSet) {
    super();
    this.set = set;
  }
}

/** Whoever distributes tasks. */
export interface TaskKeeper {
  readonly runtime: Runtime;
  /** Told of each task's end once. */
  taskEnded(task: Task): void;
}

/** One unit of work on its way to an agent, from acceptance to its one outcome. */
export class Task extends Scope implements TaskHandle, QueueItem, RoutingRequest {
  candidates: CandidateSet;
  readonly capability: Capability | undefined;
  readonly priority: number;
  /** Whole milliseconds of the monotonic time. */
  readonly acceptedAt: number;
  /** Counts tasks in the order of acceptance. */
  readonly order: number;
  input: unknown;
  /** The number of the latest attempt, or of the one that is to be made. */
  attempt: number;
  /** Attempts that were given to an agent. */
  attemptsMade: number;
  /** The last attempt that was given to an agent: under way, or ended. */
  last: GivenAttempt | undefined;
  status: TaskStatus = 'waiting';
  queueLane: Lane | undefined;
  queueNext: QueueItem | undefined;
  queuePrevious: QueueItem | undefined;
  readonly #keeper: TaskKeeper;
  readonly #timeoutMs: number;
  #extras: TaskExtras | undefined;

  constructor(
    keeper: TaskKeeper,
    candidates: CandidateSet,
    capability: Capability | undefined,
    input: unknown,
    settings: SubmitSettings,
    timeoutMs: number,
    origin: TaskOrigin | undefined,
    now: number,
  ) {
    super();
    this.#keeper = keeper;
    this.candidates = candidates;
    this.capability = capability;
    this.input = input;
    this.priority = settings.priority;
    if (settings.policy !== undefined || settings.idempotencyKey !== undefined || origin !== undefined) {
      const extras = this.#extra();
      extras.policy = settings.policy;
      extras.idempotencyKey = settings.idempotencyKey;
      extras.origin = origin;
    }
    this.attempt = origin?.attempt ?? 1;
    this.attemptsMade = this.attempt - 1;
    this.acceptedAt = Math.floor(now);
    this.order = keeper.runtime.ids.next();
    this.#timeoutMs = timeoutMs;
  }

  /** Starts to count its time. It may end at once: by a signal that has aborted, or with its parent. */
  accept(parent: Scope, signal: AbortSignal | undefined, now: number): void {
    this.begin(parent, signal, this.#timeoutMs, now);
  }

  get runtime(): Runtime {
    return this.#keeper.runtime;
  }

  get id(): string {
    return this.runtime.ids.text('task', this.order);
  }

  /** The agent whose turn it is, or was last. */
  get agent(): string | undefined {
    return this.last?.entry.name;
  }

  /** The policy of the agent whose turn it is, or was last. */
  get policy(): PolicySettings | undefined {
    return this.last?.entry.agent.policy;
  }

  /** What the caller says about attempts and timeouts. */
  get ownPolicy(): PolicySettings | undefined {
    return this.#extras?.policy;
  }

  get origin(): TaskOrigin | undefined {
    return this.#extras?.origin;
  }

  get idempotencyKey(): string {
    return this.#extras?.idempotencyKey ?? this.id;
  }

  /** The retry that waits for the end of the attempt; undefined during the first attempt. */
  get retry(): PromiseWithResolvers<unknown> | undefined {
    return this.#extras?.retry;
  }
  set retry(retry: PromiseWithResolvers<unknown>) {
    this.#extra().retry = retry;
  }

  /** Where it waits for an agent. */
  get waitingRoom(): WaitingRoom | undefined {
    return this.queueLane?.queue as WaitingRoom | undefined;
  }

  get label(): string {
    return this.candidates.label;
  }

  protected override fulfilled(output: unknown): void {
    this.status = 'completed';
    this.resolve(output);
    this.#finish();
    const { events } = this.runtime;
    if (events.wants('task.completed')) {
      this.emit({ type: 'task.completed', ...this.facts(), agent: this.agent ?? '', ...this.#effort() });
    }
  }

  protected override failed(error: unknown): void {
    const cancelled = this.stopReason !== undefined && !(error instanceof TimeoutError);
    this.status = cancelled ? 'cancelled' : 'failed';
    this.reject(error);
    this.#finish();
    const { events } = this.runtime;
    if (!events.wants(cancelled ? 'task.cancelled' : 'task.failed')) return;
    if (cancelled) this.emit({ type: 'task.cancelled', ...this.facts(), ...this.#effort() });
    else {
      const agent = this.agent === undefined ? {} : { agent: this.agent };
      this.emit({
        type: 'task.failed',
        ...this.facts(),
        ...agent,
        ...this.#effort(),
        error: describeError(error),
      });
    }
  }

  protected override stopped(reason: unknown): void {
    this.last?.giveUp(reason);
    super.stopped(reason);
  }

  protected cancellation(reason: unknown): Error {
    return new CancelledError(`task "${this.label}"`, reason);
  }

  protected timeout(): Error {
    return new TimeoutError(`task "${this.label}"`, this.#timeoutMs);
  }

  /** What every event of this task tells. */
  facts(): { at: number; taskId: string; target: string; runId?: string; step?: string } {
    const facts = { at: this.runtime.clock.now(), taskId: this.id, target: this.label };
    const { origin } = this;
    return origin === undefined ? facts : { ...facts, runId: origin.runId, step: origin.step };
  }

  emit(event: TaskEvent): void {
    this.runtime.events.emit(event);
  }

  #extra(): TaskExtras {
    this.#extras ??= new TaskExtras();
    return this.#extras;
  }

  #finish(): void {
    this.input = undefined;
    this.#keeper.taskEnded(this);
  }

  #effort(): { attempts: number; durationMs: number } {
    return {
      attempts: this.attemptsMade,
      durationMs: Math.floor(this.runtime.clock.monotonic()) - this.acceptedAt,
    };
  }
}
