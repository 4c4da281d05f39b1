import type { Logger } from './logger.ts';
import type { Runtime } from './runtime.ts';
import type { Scope } from './scope.ts';
import type { Ask, AskOptions, Callee, HandlerContext, Requirement } from './work.ts';

/** The attempt that a context belongs to. */
export interface ContextWork {
  readonly runtime: Runtime;
  /** What it asks of others is part of this, and its signal; made when first looked at. */
  readonly scope: Scope;
  /** The monotonic time at which its time is up. */
  readonly dueAt: number;
  /** True once it has its outcome. */
  readonly ended: boolean;
  /** 1 for the first attempt. */
  readonly number: number;
  readonly idempotencyKey: string;
  readonly taskId: string | undefined;
  readonly runId: string | undefined;
  readonly agent: string | undefined;
  readonly capability: string | undefined;
  /** As whom it publishes. */
  readonly sender: string;
  progressed(value: unknown): void;
}

/** What a context lets a handler do, beside its own work. */
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

/**
 * What a handler is given beside its input. Parts that cost something are made when first looked at, and those that
 * are functions can be taken out of it.
 */
export class WorkContext implements HandlerContext {
  readonly #work: ContextWork;
  readonly #services: ContextServices;

  constructor(work: ContextWork, services: ContextServices) {
    this.#work = work;
    this.#services = services;
  }

  get signal(): AbortSignal {
    return this.#work.scope.signal;
  }
  get deadline(): number | undefined {
    return this.#work.runtime.toWallTime(this.#work.dueAt);
  }
  get attempt(): number {
    return this.#work.number;
  }
  get idempotencyKey(): string {
    return this.#work.idempotencyKey;
  }
  get taskId(): string | undefined {
    return this.#work.taskId;
  }
  get runId(): string | undefined {
    return this.#work.runId;
  }
  get agent(): string | undefined {
    return this.#work.agent;
  }
  get capability(): string | undefined {
    return this.#work.capability;
  }
  get log(): Logger {
    return this.#services.logger;
  }

  get ask(): Ask {
    const ask: ContextServices['ask'] = (target, input, options) =>
      this.#services.ask(target, input, options, this.#work.scope);
    return ask as unknown as Ask;
  }
  get publish(): HandlerContext['publish'] {
    return (topic, body) => this.#services.publish(topic, body, this.#work.sender);
  }
  get progress(): HandlerContext['progress'] {
    return (value) => {
      if (!this.#work.ended) this.#work.progressed(value);
    };
  }
}
