import type { AgentEntry, AgentHost, AgentRegistry, CandidateSet } from '../agents/index.ts';
import { AgentGoneError } from '../agents/index.ts';
import { describeError, FullError } from '../kernel/errors.ts';
import { isThenable } from '../kernel/functions.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { type Schema, validate } from '../kernel/schema.ts';
import type { MessageBroker } from '../messaging/index.ts';
import { type EffectivePolicy, effectivePolicy, type Retry, retryAfter } from '../resilience/index.ts';
import { Router } from '../routing/index.ts';
import { type AttemptKeeper, TaskAttempt } from './attempt.ts';
import { NoCandidateError } from './errors.ts';
import type { TaskEvent } from './events.ts';
import type { DistributorSettings } from './options.ts';
import { Task, type TaskKeeper, WaitingRoom } from './task.ts';
import { topicOf, Worker, type WorkerHost } from './worker.ts';

/** What is counted, since the distributor was made. */
export class TaskCounters {
  submitted = 0;
  completed = 0;
  failed = 0;
  cancelled = 0;
  retried = 0;
  /** Handlers that ignored their signal through the grace period. */
  abandoned = 0;
}

/**
 * Brings tasks and agents together: starts a task at a free agent, lets it wait where there is none, and looks
 * after its attempts.
 *
 * A task waits for its whole set of candidates, not for one of them, so the first that is free takes it. An agent
 * that gets free takes the most urgent task among those that wait for any set it belongs to.
 */
export class Dispatcher implements AgentHost, TaskKeeper, AttemptKeeper {
  readonly counters: TaskCounters = new TaskCounters();
  readonly runtime: Runtime;
  readonly #broker: MessageBroker;
  readonly #agents: AgentRegistry;
  readonly #settings: DistributorSettings;
  readonly #router: Router;
  readonly #workerHost: WorkerHost;
  readonly #waitingRooms = new Map<CandidateSet, WaitingRoom>();
  readonly #defaultTimeoutMs: number;
  #waiting = 0;
  #active = 0;

  constructor(
    runtime: Runtime,
    broker: MessageBroker,
    agents: AgentRegistry,
    settings: DistributorSettings,
    services: Pick<WorkerHost, 'ask' | 'adopt'>,
  ) {
    this.runtime = runtime;
    this.#broker = broker;
    this.#agents = agents;
    this.#settings = settings;
    this.#router = new Router(settings.routing);
    this.#defaultTimeoutMs = effectivePolicy(settings.policy).timeout;
    this.#workerHost = {
      runtime,
      graceMs: settings.grace,
      logger: settings.logger,
      publish: (topic, body, sender) => broker.publish(topic, body, { sender }),
      attemptDelivered: ({ work: task, entry }) => {
        if (!runtime.events.wants('task.started')) return;
        task.emit({ type: 'task.started', ...task.facts(), agent: entry.name, attempt: task.attempt });
      },
      ...services,
    };
  }

  /** Tasks that wait for an agent. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Slots of agents in use. */
  get active(): number {
    return this.#active;
  }

  /** True when a task for these candidates would have to wait and there is no room to. */
  isFullFor(candidates: CandidateSet): boolean {
    return this.#waiting >= this.#settings.queue && !candidates.hasFree;
  }

  /** Sends a task on its way to an agent, or lets it wait for one. `now` is the monotonic time. */
  place(task: Task, now: number): void {
    if (task.ended) return;
    const candidates = this.#currentCandidates(task);
    if (candidates.entries.length === 0) {
      this.#attemptFailed(task, this.#noCandidate(candidates), undefined);
    } else if (!candidates.hasFree) {
      this.#wait(task, candidates);
    } else {
      let entry: AgentEntry;
      try {
        entry = this.#router.choose(task, candidates);
      } catch (error) {
        this.#attemptFailed(task, error, undefined);
        return;
      }
      if (entry.available) this.#start(task, entry, now);
      else this.#wait(task, this.#agents.candidatesFor('agent', entry.name) as CandidateSet);
    }
  }

  taskEnded(task: Task): void {
    this.#leaveQueue(task);
    if (task.status === 'completed') this.counters.completed++;
    else if (task.status === 'cancelled') this.counters.cancelled++;
    else this.counters.failed++;
  }

  attemptEnded(attempt: TaskAttempt, succeeded: boolean, outcome: unknown): void {
    const { work: task, entry } = attempt;
    if (!succeeded) {
      entry.record(false);
      this.#attemptFailed(task, outcome, entry);
    } else if (task.capability?.output === undefined) {
      this.#attemptSucceeded(task, outcome, entry);
    } else {
      this.#checkOutput(task, task.capability.output, outcome, entry);
    }
    task.watch(this.runtime.now);
  }

  /** The set may have been emptied and made anew while the task waited between two attempts. */
  #currentCandidates(task: Task): CandidateSet {
    const { candidates } = task;
    if (candidates.entries.length === 0) {
      task.candidates = this.#agents.candidates(candidates.requirement) ?? candidates;
    }
    return task.candidates;
  }

  #checkOutput(task: Task, schema: Schema, output: unknown, entry: AgentEntry): void {
    const refused = (error: unknown): void => {
      entry.record(false);
      this.#attemptFailed(task, error, entry);
    };
    try {
      const checked = validate(schema, output, 'output', `"${task.label}"`);
      if (isThenable(checked)) {
        checked.then((value) => {
          this.runtime.tick();
          this.#attemptSucceeded(task, value, entry);
        }, refused);
      } else this.#attemptSucceeded(task, checked, entry);
    } catch (error) {
      refused(error);
    }
  }

  #attemptSucceeded(task: Task, output: unknown, entry: AgentEntry): void {
    entry.record(true);
    if (task.retry === undefined) task.fulfil(output, this.runtime.now);
    else task.retry.resolve(output);
  }

  /** The first failure asks for the policy, which nobody needed until now; later ones go to the retry that waits. */
  #attemptFailed(task: Task, error: unknown, entry: AgentEntry | undefined): void {
    if (task.ended) return;
    if (task.retry !== undefined) {
      task.retry.reject(error);
      return;
    }
    const policy = effectivePolicy(task.ownPolicy, entry?.agent.policy, this.#settings.policy);
    if (policy.attempts === 1) task.fail(error);
    else this.#retry(task, error, policy);
  }

  #retry(task: Task, firstError: unknown, policy: EffectivePolicy): void {
    const attempt = (number: number): Promise<unknown> => {
      task.attempt = number;
      task.retry = Promise.withResolvers<unknown>();
      this.place(task, this.runtime.tick());
      return task.retry.promise;
    };
    const onRetry = ({ attempt: next, delayMs, error }: Retry): void => {
      task.status = 'waiting';
      this.counters.retried++;
      if (!this.runtime.events.wants('task.retried')) return;
      const agent = task.agent === undefined ? {} : { agent: task.agent };
      task.emit({
        type: 'task.retried',
        ...task.facts(),
        ...agent,
        attempt: next,
        delayMs,
        error: describeError(error),
      });
    };
    retryAfter(firstError, 1, policy, task, attempt, onRetry).then(
      (output) => task.fulfil(output),
      (error) => task.fail(error),
    );
  }

  #start(task: Task, entry: AgentEntry, now: number): void {
    entry.take();
    this.#active++;
    this.#handOver(task, entry, now);
  }

  /** Gives a task to an agent that has a slot for it. */
  #handOver(task: Task, entry: AgentEntry, now: number): void {
    task.attemptsMade++;
    task.status = 'running';
    const timeoutMs = task.ownPolicy?.timeout ?? entry.agent.policy?.timeout ?? this.#defaultTimeoutMs;
    const attempt = new TaskAttempt(entry.host as Worker, task, timeoutMs, this, now);
    task.last = attempt;
    this.#broker.send(attempt);
  }

  #wait(task: Task, set: CandidateSet): void {
    const { queue: limit } = this.#settings;
    if (this.#waiting >= limit) {
      this.#attemptFailed(task, new FullError('task queue', limit), undefined);
      return;
    }
    let room = this.#waitingRooms.get(set);
    if (room === undefined) {
      room = new WaitingRoom(set);
      this.#waitingRooms.set(set, room);
    }
    room.push(task);
    task.watch(this.runtime.now);
    set.waiting++;
    this.#waiting++;
    if (this.runtime.events.wants('task.queued')) {
      task.emit({ type: 'task.queued', ...task.facts(), waiting: this.#waiting });
    }
  }

  #leaveQueue(task: Task): void {
    const room = task.waitingRoom;
    if (room === undefined) return;
    room.remove(task);
    this.#waiting--;
    if (--room.set.waiting === 0) this.#waitingRooms.delete(room.set);
  }

  slotFreed(entry: AgentEntry, abandoned: boolean): void {
    if (abandoned) {
      this.runtime.tick();
      this.counters.abandoned++;
      const { events, clock } = this.runtime;
      if (events.wants('task.abandoned')) {
        const event: TaskEvent = { type: 'task.abandoned', at: clock.now(), agent: entry.name };
        events.emit(event);
      }
    }
    const next = this.#takeFor(entry, this.runtime.now);
    if (next === undefined) {
      this.#active--;
      entry.release();
    } else {
      // The slot goes straight over: the agent is as busy as before.
      this.#handOver(next, entry, this.runtime.now);
    }
  }

  /**
   * Takes the task off the queue whose turn it is at a free agent. What has no time left by the clock never begins, also
   * where the timer is late.
   */
  #takeFor(entry: AgentEntry, now: number): Task | undefined {
    for (let next = this.#mostUrgentFor(entry); next !== undefined; next = this.#mostUrgentFor(entry)) {
      this.#leaveQueue(next);
      if (now < next.dueAt) return next;
      next.expire(now);
    }
    return undefined;
  }

  /** The most urgent of the tasks that wait for an agent; the oldest among equals. None once it drains: it has left its sets. */
  #mostUrgentFor(entry: AgentEntry): Task | undefined {
    if (this.#waiting === 0) return undefined;
    let first: Task | undefined;
    for (const set of entry.sets) {
      const task = set.waiting === 0 ? undefined : this.#waitingRooms.get(set)?.peek();
      if (task !== undefined && (first === undefined || goesBefore(task, first))) first = task;
    }
    return first;
  }

  // Agents that come and go.

  admit(entry: AgentEntry): void {
    const worker = new Worker(this.#workerHost, entry, topicOf(entry.name));
    this.#broker.attach(worker.topic, worker);
    entry.host = worker;
  }

  welcome(entry: AgentEntry): void {
    const now = this.runtime.tick();
    while (entry.available) {
      const next = this.#takeFor(entry, now);
      if (next === undefined) return;
      this.#start(next, entry, now);
    }
  }

  retire(_entry: AgentEntry, sets: readonly CandidateSet[]): void {
    for (const set of sets) {
      if (set.entries.length > 0) continue;
      const room = this.#waitingRooms.get(set);
      for (let task = room?.peek(); task !== undefined; task = room?.peek()) {
        this.#leaveQueue(task);
        // It may have waited for this very agent by choice of the strategy, while others could do it too.
        this.place(task, this.runtime.tick());
      }
    }
  }

  stopAll(entry: AgentEntry): number {
    const attempts = [];
    for (const scope of this.runtime.root.descendants()) {
      const attempt = scope instanceof Task ? scope.last : undefined;
      if (attempt?.entry === entry && !attempt.ended) attempts.push(attempt);
    }
    for (const attempt of attempts) attempt.stop(new AgentGoneError(entry.name));
    return attempts.length;
  }

  dismiss(entry: AgentEntry): void {
    const worker = entry.host as Worker;
    this.#broker.detach(worker.topic, worker);
  }

  #noCandidate({ label, requirement }: CandidateSet): NoCandidateError {
    return new NoCandidateError(label, this.#agents.size, this.#agents.rejections(requirement));
  }
}

function goesBefore(task: Task, other: Task): boolean {
  return task.priority !== other.priority ? task.priority > other.priority : task.order < other.order;
}
