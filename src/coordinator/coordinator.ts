import { AgentRegistry } from '../agents/index.ts';
import type { EventHub } from '../kernel/events.ts';
import { parseOptions } from '../kernel/options.ts';
import { Runtime } from '../kernel/runtime.ts';
import type { Callee, Requirement } from '../kernel/work.ts';
import { MessageBroker, type MessageStats } from '../messaging/index.ts';
import { type SubmitOptions, TaskDistributor, type TaskStats } from '../tasks/index.ts';
import {
  type ResumeReport,
  type Run,
  type RunOptions,
  type Workflow,
  WorkflowEngine,
  type WorkflowStats,
} from '../workflow/index.ts';
import type { CadreEvent } from './events.ts';
import { taskExecutor } from './executor.ts';
import { type CloseReport, shutDown } from './lifecycle.ts';
import {
  type CloseOptions,
  type CoordinatorOptions,
  type CoordinatorSettings,
  closeRules,
  coordinatorRules,
} from './options.ts';

/** Sizes and counters of every room. */
export interface CoordinatorStats {
  /** The agents and what they have in hand. */
  readonly agents: {
    /** Agents that are registered, those that drain included. */
    readonly registered: number;
    /** Tasks in hand, by agent. */
    readonly activeTasks: Readonly<Record<string, number>>;
  };
  /** Messages and requests. */
  readonly messages: MessageStats;
  /** Tasks for agents. */
  readonly tasks: TaskStats;
  /** Runs of workflows. */
  readonly workflows: WorkflowStats;
  /** Those who listen to `events`. */
  readonly events: {
    /** Listeners and open streams. */
    readonly listeners: number;
    /** Times that a listener threw or rejected. */
    readonly listenerErrors: number;
  };
  /** Deadlines that wait behind the one timer. */
  readonly deadlines: number;
  /** Handlers that have not settled, nor been abandoned. */
  readonly handlers: number;
}

/**
 * Agents, messages, tasks and workflows of one application, wired together.
 *
 * Making one starts no timer and does no I/O. Two coordinators share nothing. Close it when you are done, or declare
 * it with `await using`.
 */
export class Coordinator implements AsyncDisposable {
  /** The agents, found by what they can do. */
  readonly agents: AgentRegistry;
  /** Messages between addresses. */
  readonly messages: MessageBroker;
  /** Tasks for agents. */
  readonly tasks: TaskDistributor;
  /** Workflows and their runs. */
  readonly workflows: WorkflowEngine;
  readonly #runtime: Runtime;
  #closing: Promise<CloseReport> | undefined;

  /** @throws InvalidOptionsError, InvalidNameError, AgentExistsError; nothing is left behind then. */
  constructor(options?: CoordinatorOptions) {
    const settings = parseOptions<CoordinatorSettings>('Coordinator', coordinatorRules, options);
    const { grace, logger, policy, routing, clock, store } = settings;
    const runtime = new Runtime(clock);
    this.#runtime = runtime;
    this.agents = new AgentRegistry({}, runtime);
    this.messages = new MessageBroker({ ...settings.messages, grace }, runtime);
    const { agents, messages } = this;
    this.tasks = new TaskDistributor(
      { ...settings.tasks, grace, logger, policy, routing },
      { agents, messages, runtime },
    );
    const executor = taskExecutor(agents, this.tasks, messages, logger);
    this.workflows = new WorkflowEngine(
      { ...settings.workflows, grace, policy, store },
      { runtime, executor },
    );
    try {
      for (const agent of settings.agents) agents.register(agent);
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  /** Every fact of every room, in the order in which things happened. */
  get events(): EventHub<CadreEvent> {
    return this.#runtime.events as unknown as EventHub<CadreEvent>;
  }

  /**
   * Gives one task to whoever can do it and waits for the output.
   *
   * Rejects with `NoCandidateError` at once when nobody can, with `SchemaViolationError` when the input is refused,
   * with `HandlerError` when the handler failed (what it threw is `cause`), and with `TimeoutError`, `CancelledError`,
   * `FullError` or `ClosedError`; bad options with `InvalidOptionsError`.
   *
   * @param target A capability, an agent's definition or name, or a requirement.
   */
  ask<I, O>(target: Callee<I, O>, input: I, options?: SubmitOptions): Promise<O>;
  ask(target: string | Requirement, input: unknown, options?: SubmitOptions): Promise<unknown>;
  ask(target: never, input: unknown, options?: SubmitOptions): Promise<unknown> {
    return this.tasks.ask(target, input, options);
  }

  /** Starts a run and waits for its output. Rejects with the run's error, or with what {@link start} throws. */
  run<I, O>(workflow: Workflow<I, O>, input: I, options?: RunOptions): Promise<O> {
    return this.workflows.run(workflow, input, options);
  }

  /**
   * Starts a run and returns at once. Its first steps begin when the caller's own code has given way.
   *
   * @throws InvalidOptionsError, SchemaViolationError, DuplicateStepError, UnknownStepError, CycleError, RunExistsError,
   * FullError, ClosedError: nothing was started then.
   */
  start<I, O>(workflow: Workflow<I, O>, input: I, options?: RunOptions): Run<O> {
    return this.workflows.start(workflow, input, options);
  }

  /**
   * Takes up every unfinished run in the store whose workflow is known and whose owner is gone: when, is for you to say.
   *
   * What is recorded stays as it is, and attempts that were cut off are made again. Workflows are known by the option
   * `workflows.definitions` and by `workflows.register`. Rejects with `NoStoreError`, `ClosedError`, or as the store does.
   */
  resume(): Promise<ResumeReport> {
    return this.workflows.resume();
  }

  /** Sizes and caps of everything bounded, and counters. */
  stats(): CoordinatorStats {
    const { events, deadlines, handlers } = this.#runtime;
    const agents = this.agents.list();
    return {
      agents: {
        registered: agents.length,
        activeTasks: Object.fromEntries(agents.map(({ name, activeTasks }) => [name, activeTasks])),
      },
      messages: this.messages.stats(),
      tasks: this.tasks.stats(),
      workflows: this.workflows.stats(),
      events: { listeners: events.listenerCount, listenerErrors: events.listenerErrors },
      deadlines: deadlines.size,
      handlers: handlers.active,
    };
  }

  /**
   * Takes no more work, lets what is under way finish for `drain`, cancels the rest, waits for the handlers to notice,
   * and frees everything. Runs that are kept in a store are not cancelled but suspended, and can be resumed.
   *
   * Idempotent: every call returns the promise of the first. Never waits longer than `drain` and the grace period
   * together, whatever the handlers do.
   */
  close(options?: CloseOptions): Promise<CloseReport> {
    try {
      const { drain } = parseOptions<{ readonly drain: number }>('close', closeRules, options);
      if (this.#closing === undefined) {
        // Known before it begins: whoever hears of it may close again.
        const { promise, resolve } = Promise.withResolvers<CloseReport>();
        this.#closing = promise;
        resolve(this.#close(drain));
      }
      return this.#closing;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The same as `close()`: cancels what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(drainMs: number): Promise<CloseReport> {
    this.agents.close();
    this.tasks.close();
    this.workflows.close();
    const report = await shutDown(this.#runtime, drainMs, () => this.workflows.settled());
    this.#release();
    return report;
  }

  /** Leaves nothing behind in a transport that others may use too. */
  #release(): void {
    this.agents.dismissAll();
    this.messages.close();
  }
}
