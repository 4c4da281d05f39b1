import type { Logger } from '../kernel/logger.ts';
import type { Scope } from '../kernel/scope.ts';
import type { Ask, AskOptions, Callee, HandlerContext, Requirement } from '../kernel/work.ts';
import type { Attempt } from './attempt.ts';

/** What a handler's context reaches through. */
export interface ContextServices {
  ask(
    target: Callee<never, unknown> | string | Requirement,
    input: unknown,
    options: AskOptions | undefined,
    parent: Scope,
  ): Promise<unknown>;
  publish(topic: string, body: unknown, sender: string): void;
  readonly logger: Logger;
}

/** What an agent's handler is given beside its input. Parts that cost something are made when first looked at. */
export class AgentContext implements HandlerContext {
  readonly #attempt: Attempt;
  readonly #services: ContextServices;

  constructor(attempt: Attempt, services: ContextServices) {
    this.#attempt = attempt;
    this.#services = services;
  }

  get signal(): AbortSignal {
    return this.#attempt.signal;
  }
  get deadline(): number | undefined {
    return this.#attempt.runtime.toWallTime(this.#attempt.dueAt);
  }
  get attempt(): number {
    return this.#attempt.number;
  }
  get idempotencyKey(): string {
    return this.#attempt.task.idempotencyKey;
  }
  get taskId(): string {
    return this.#attempt.task.id;
  }
  get runId(): string | undefined {
    return this.#attempt.task.origin?.runId;
  }
  get agent(): string {
    return this.#attempt.entry.name;
  }
  get capability(): string | undefined {
    return this.#attempt.task.capability?.name;
  }
  get log(): Logger {
    return this.#services.logger;
  }
  get ask(): Ask {
    const ask = (
      target: Callee<never, unknown> | string | Requirement,
      input: unknown,
      options?: AskOptions,
    ): Promise<unknown> => this.#services.ask(target, input, options, this.#attempt);
    return ask as Ask;
  }

  publish(topic: string, body: unknown): void {
    this.#services.publish(topic, body, this.agent);
  }

  progress(value: unknown): void {
    const { task, runtime, ended } = this.#attempt;
    if (ended || !runtime.events.wants('task.progressed')) return;
    task.emit({ type: 'task.progressed', ...task.facts(), agent: this.agent, value });
  }
}
