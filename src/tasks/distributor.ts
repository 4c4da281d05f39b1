import { type AgentEntry, AgentRegistry } from '../agents/index.ts';
import { ClosedError, FullError } from '../kernel/errors.ts';
import type { EventHub } from '../kernel/events.ts';
import { isThenable } from '../kernel/functions.ts';
import { CallOptions, parseOption, parseOptions } from '../kernel/options.ts';
import { Runtime } from '../kernel/runtime.ts';
import { validate } from '../kernel/schema.ts';
import { Scope } from '../kernel/scope.ts';
import type { Callee, Requirement } from '../kernel/work.ts';
import { MessageBroker, type Reply } from '../messaging/index.ts';
import { policyRule } from '../resilience/index.ts';
import { Dispatcher } from './dispatcher.ts';
import type { TaskEvent } from './events.ts';
import {
  type DistributorSettings,
  distributorRules,
  type SubmitOptions,
  type SubmitSettings,
  submitRules,
  type TaskDistributorOptions,
} from './options.ts';
import { resolveTarget, type TaskTarget } from './target.ts';
import { Task, type TaskHandle, type TaskOrigin } from './task.ts';

/** Sizes now, and counters since the distributor was made. */
export interface TaskStats {
  /** Tasks that wait for an agent. */
  readonly waiting: number;
  /** How many may wait. */
  readonly waitingLimit: number;
  /** Slots of agents in use; a handler that ignores its signal keeps its slot. */
  readonly active: number;
  /** Tasks that were accepted, those of steps included. */
  readonly submitted: number;
  /** Tasks that ended with an output. */
  readonly completed: number;
  /** Tasks that ended with an error, or whose time was up. */
  readonly failed: number;
  /** Tasks that were stopped: by their signal, by `cancel()`, or with what they were part of. */
  readonly cancelled: number;
  /** Attempts after the first. */
  readonly retried: number;
  /** Handlers that ignored their signal through the grace period. */
  readonly abandoned: number;
}

/** What a distributor works with; a distributor that is used alone makes its own. */
export interface TaskDistributorParts {
  readonly agents: AgentRegistry;
  readonly messages: MessageBroker;
  readonly runtime: Runtime;
}

/** One attempt at a step, to be carried out as a task. */
export interface StepTask extends TaskOrigin {
  readonly scope: Scope;
  readonly idempotencyKey: string;
  readonly timeoutMs: number | undefined;
}

const submitOptions = new CallOptions('submit', submitRules);
const ONE_ATTEMPT = parseOption('step', 'policy', policyRule, { attempts: 1 });

/**
 * Gives tasks to agents: finds the candidates, asks the routing strategy, keeps to every agent's concurrency, lets
 * tasks wait by priority, and tries again as the one policy in force says.
 */
export class TaskDistributor {
  /** The agents that it gives work to. */
  readonly agents: AgentRegistry;
  readonly #runtime: Runtime;
  readonly #settings: DistributorSettings;
  readonly #dispatcher: Dispatcher;
  #closed = false;

  /** @throws InvalidOptionsError */
  constructor(options?: TaskDistributorOptions, parts?: TaskDistributorParts) {
    this.#settings = parseOptions('TaskDistributor', distributorRules, options);
    this.#runtime = parts?.runtime ?? new Runtime(this.#settings.clock);
    this.agents = parts?.agents ?? new AgentRegistry({}, this.#runtime);
    const messages = parts?.messages ?? new MessageBroker({}, this.#runtime);
    this.#dispatcher = new Dispatcher(this.#runtime, messages, this.agents, this.#settings, {
      ask: (target, input, options, parent) => this.askWithin(parent, target, input, options),
      adopt: (entry, reply) => this.#adopt(entry, reply),
    });
    this.agents.attach(this.#dispatcher);
  }

  /** What happens here, as events. */
  get events(): EventHub<TaskEvent> {
    return this.#runtime.events as unknown as EventHub<TaskEvent>;
  }

  /**
   * Accepts a task and returns at once.
   *
   * Tasks of one target and priority start in the order of submission.
   *
   * @throws InvalidOptionsError, InvalidNameError, SchemaViolationError, NoCandidateError, FullError, ClosedError:
   * nothing was accepted then. An input schema that is asynchronous fails the task instead.
   */
  submit<I, O>(target: Callee<I, O>, input: I, options?: SubmitOptions): TaskHandle<O>;
  submit(target: string | Requirement, input: unknown, options?: SubmitOptions): TaskHandle;
  submit(target: TaskTarget, input: unknown, options?: SubmitOptions): TaskHandle {
    return this.#accept(this.#runtime.root, target, input, submitOptions.read(options), undefined);
  }

  /** Submits a task and waits for its output. Rejects with what {@link submit} throws, or with the task's error. */
  ask<I, O>(target: Callee<I, O>, input: I, options?: SubmitOptions): Promise<O>;
  ask(target: string | Requirement, input: unknown, options?: SubmitOptions): Promise<unknown>;
  ask(target: TaskTarget, input: unknown, options?: SubmitOptions): Promise<unknown> {
    return this.askWithin(this.#runtime.root, target, input, options);
  }

  /** Sizes and counters. */
  stats(): TaskStats {
    const { counters, waiting, active } = this.#dispatcher;
    return { ...counters, waiting, active, waitingLimit: this.#settings.queue };
  }

  /** Takes no more tasks, except from handlers that still run. */
  close(): void {
    this.#closed = true;
  }

  /** @internal Asks as a part of `parent`: cancelled with it, and in the time that it has left. */
  askWithin(
    parent: Scope,
    target: TaskTarget,
    input: unknown,
    options: SubmitOptions | undefined,
  ): Promise<unknown> {
    try {
      return this.#accept(parent, target, input, submitOptions.read(options), undefined).result;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @internal Carries out one attempt at a step, whose attempts and deadline are the engine's. */
  carryOut(target: TaskTarget, input: unknown, work: StepTask): Task {
    const settings: SubmitSettings = {
      ...submitOptions.defaults,
      timeout: Number.POSITIVE_INFINITY,
      idempotencyKey: work.idempotencyKey,
      policy: { ...ONE_ATTEMPT, timeout: work.timeoutMs },
    };
    return this.#accept(work.scope, target, input, settings, work);
  }

  #accept(
    parent: Scope,
    target: TaskTarget,
    input: unknown,
    settings: SubmitSettings,
    origin: TaskOrigin | undefined,
  ): Task {
    if (this.#closed && parent === this.#runtime.root) throw new ClosedError('TaskDistributor');
    const { candidates, capability } = resolveTarget(target, this.agents);
    const schema = capability?.input;
    const checked = schema === undefined ? input : validate(schema, input, 'input', `"${candidates.label}"`);
    const asynchronous = schema !== undefined && isThenable(checked);
    if (this.#dispatcher.isFullFor(candidates)) throw new FullError('task queue', this.#settings.queue);
    const now = this.#runtime.tick();
    const task = new Task(
      this.#dispatcher,
      candidates,
      capability,
      asynchronous ? undefined : checked,
      settings,
      settings.timeout ?? this.#settings.timeout,
      origin,
      now,
    );
    this.#dispatcher.counters.submitted++;
    if (this.#runtime.events.wants('task.submitted')) {
      task.emit({ type: 'task.submitted', ...task.facts(), priority: task.priority });
    }
    task.accept(parent, settings.signal, now);
    if (asynchronous) this.#placeLater(task, checked);
    else this.#dispatcher.place(task, now);
    return task;
  }

  #placeLater(task: Task, input: PromiseLike<unknown>): void {
    task.watch(this.#runtime.now);
    input.then(
      (value) => {
        if (task.ended) return;
        task.input = value;
        this.#dispatcher.place(task, this.#runtime.tick());
      },
      (error) => task.fail(error),
    );
  }

  /** A message to an agent's topic becomes a task for it, so that one queue and one limit serve both ways. */
  #adopt({ name }: AgentEntry, reply: Reply): void {
    try {
      const { body, priority } = reply;
      // A sender of this coordinator is what the task is part of; one elsewhere can only say how long it waits.
      const isOurs = reply instanceof Scope && reply.runtime === this.#runtime;
      const parent = isOurs ? reply : this.#runtime.root;
      const timeout = isOurs ? Number.POSITIVE_INFINITY : reply.timeLeft();
      const task = this.#accept(
        parent,
        name,
        body,
        { ...submitOptions.defaults, priority, timeout },
        undefined,
      );
      reply.watcher = { waiterGone: () => task.cancel('the sender of the message has gone') };
      task.result.then(
        (output) => reply.ended || reply.fulfil(output),
        (error) => reply.ended || reply.fail(error),
      );
    } catch (error) {
      reply.fail(error);
    }
  }
}
