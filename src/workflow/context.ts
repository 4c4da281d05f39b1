import type { Logger } from '../kernel/logger.ts';
import type { Ask, AskOptions, HandlerContext } from '../kernel/work.ts';
import type { StepAttempt } from './attempt.ts';
import type { ExecutorTarget, StepExecutor } from './executor.ts';

/** The run that a step belongs to, as its context needs it. */
export interface ContextRun {
  readonly id: string;
  readonly executor: StepExecutor;
  idempotencyKeyOf(step: string): string;
  progressed(attempt: StepAttempt, value: unknown): void;
}

/** What a step that is plain code is given beside its input. Parts that cost something are made when first looked at. */
export class StepContext implements HandlerContext {
  readonly #attempt: StepAttempt;
  readonly #run: ContextRun;

  constructor(attempt: StepAttempt, run: ContextRun) {
    this.#attempt = attempt;
    this.#run = run;
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
    return this.#run.idempotencyKeyOf(this.#attempt.id);
  }
  get taskId(): undefined {
    return undefined;
  }
  get runId(): string {
    return this.#run.id;
  }
  get agent(): undefined {
    return undefined;
  }
  get capability(): undefined {
    return undefined;
  }
  get log(): Logger {
    return this.#run.executor.logger;
  }
  get ask(): Ask {
    const ask = (target: ExecutorTarget, input: unknown, options?: AskOptions): Promise<unknown> =>
      this.#run.executor.ask(target, input, options, this.#attempt);
    return ask as Ask;
  }

  publish(topic: string, body: unknown): void {
    this.#run.executor.publish(topic, body, this.#attempt.id);
  }

  progress(value: unknown): void {
    this.#run.progressed(this.#attempt, value);
  }
}
