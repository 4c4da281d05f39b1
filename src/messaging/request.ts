import { describeError, TimeoutError } from '../kernel/errors.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { MessageEvent } from './events.ts';
import { Exchange } from './exchange.ts';
import type { Message } from './message.ts';

/** How many requests there are and how they ended. */
export class RequestCounters {
  pending = 0;
  requested = 0;
  replied = 0;
  failed = 0;
  timedOut = 0;
  cancelled = 0;
  lateReplies = 0;
}

/** An exchange whose outcome is a promise. */
export class Request extends Exchange {
  readonly result: Promise<unknown>;
  readonly #timeoutMs: number;
  readonly #counters: RequestCounters;
  #resolve!: (output: unknown) => void;
  #reject!: (error: unknown) => void;

  constructor(
    runtime: Runtime,
    message: Message,
    signal: AbortSignal | undefined,
    timeoutMs: number,
    counters: RequestCounters,
  ) {
    super(runtime, message);
    this.#timeoutMs = timeoutMs;
    this.#counters = counters;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    counters.requested++;
    counters.pending++;
    this.#tell('request.sent');
    this.begin(runtime.root, signal, timeoutMs, runtime.tick());
  }

  protected fulfilled(output: unknown): void {
    this.#counters.pending--;
    this.#counters.replied++;
    this.#resolve(output);
    this.#tell('request.completed');
  }

  protected failed(error: unknown): void {
    const counters = this.#counters;
    counters.pending--;
    this.#reject(error);
    if (error === this.stopReason && !(error instanceof TimeoutError)) {
      counters.cancelled++;
      this.#tell('request.cancelled');
      return;
    }
    if (error === this.stopReason) counters.timedOut++;
    else counters.failed++;
    const { events, clock } = this.runtime;
    if (!events.wants('request.failed')) return;
    const { topic, id: messageId } = this.message;
    const event: MessageEvent = {
      type: 'request.failed',
      at: clock.now(),
      topic,
      messageId,
      error: describeError(error),
    };
    events.emit(event);
  }

  protected timeout(): Error {
    return new TimeoutError(`request "${this.message.topic}"`, this.#timeoutMs);
  }

  protected override late(): void {
    this.#counters.lateReplies++;
    this.#tell('reply.dropped');
  }

  #tell(type: 'request.sent' | 'request.completed' | 'request.cancelled' | 'reply.dropped'): void {
    const { events, clock } = this.runtime;
    if (!events.wants(type)) return;
    const { topic, id } = this.message;
    const event: MessageEvent = { type, at: clock.now(), topic, messageId: id };
    events.emit(event);
  }
}
