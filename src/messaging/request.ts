import { CancelledError, describeError, TimeoutError } from '../kernel/errors.ts';
import { DEFAULT_PRIORITY } from '../kernel/priority.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { Scope } from '../kernel/scope.ts';
import type { MessageEvent } from './events.ts';
import { Message, type MessageFacts } from './message.ts';
import type { Reply, ReplyWatcher } from './transport.ts';

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

/** Whoever sends requests. */
export interface RequestKeeper {
  readonly runtime: Runtime;
  readonly counters: RequestCounters;
}

/** The sender's side of one request, from acceptance to its one outcome. */
export class Request extends Scope implements Reply {
  readonly topic: string;
  readonly body: unknown;
  watcher: ReplyWatcher | undefined;
  readonly #facts: MessageFacts | undefined;
  readonly #timeoutMs: number;
  readonly #keeper: RequestKeeper;
  #message: Message | undefined;

  constructor(
    keeper: RequestKeeper,
    topic: string,
    body: unknown,
    facts: MessageFacts | undefined,
    timeoutMs: number,
  ) {
    super();
    this.#keeper = keeper;
    this.topic = topic;
    this.body = body;
    this.#facts = facts;
    this.#timeoutMs = timeoutMs;
  }

  get runtime(): Runtime {
    return this.#keeper.runtime;
  }

  /** Starts to count its time. It may end at once: by a signal that has aborted. */
  accept(signal: AbortSignal | undefined): void {
    const { runtime, counters } = this.#keeper;
    const now = this.#now();
    counters.requested++;
    counters.pending++;
    this.#tell('request.sent');
    this.begin(runtime.root, signal, this.#timeoutMs, now);
    this.watch(now);
  }

  get priority(): number {
    return this.#facts?.priority ?? DEFAULT_PRIORITY;
  }

  get message(): Message {
    this.#message ??= new Message(this.runtime.ids, this.topic, this.body, this.#facts);
    return this.#message;
  }

  override fulfil(output: unknown): void {
    super.fulfil(output, this.#now());
    if (this.watcher !== undefined) this.#overtaken(this.watcher);
  }

  override fail(error: unknown): void {
    super.fail(error, this.#now());
    if (this.watcher !== undefined) this.#overtaken(this.watcher);
  }

  /** Whoever works on it takes himself off before he answers: this answer came from somebody else, such as the transport. */
  #overtaken(watcher: ReplyWatcher): void {
    this.watcher = undefined;
    this.dismiss(new CancelledError(`request "${this.topic}"`, 'somebody else has answered'));
    watcher.waiterGone();
  }

  protected override fulfilled(output: unknown): void {
    const { counters } = this.#keeper;
    counters.pending--;
    counters.replied++;
    this.resolve(output);
    this.#tell('request.completed');
  }

  protected override failed(error: unknown): void {
    const { counters } = this.#keeper;
    counters.pending--;
    this.reject(error);
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

  protected override stopped(reason: unknown): void {
    const { watcher } = this;
    this.watcher = undefined;
    watcher?.waiterGone();
    super.stopped(reason);
  }

  protected cancellation(reason: unknown): Error {
    return new CancelledError(`request "${this.topic}"`, reason);
  }

  protected timeout(): Error {
    return new TimeoutError(`request "${this.topic}"`, this.#timeoutMs);
  }

  protected override late(): void {
    this.#keeper.counters.lateReplies++;
    this.#tell('reply.dropped');
  }

  /** The time, where it matters: without a deadline a request need not look at the clock. */
  #now(): number {
    const { runtime } = this.#keeper;
    return this.#timeoutMs === Number.POSITIVE_INFINITY ? runtime.now : runtime.tick();
  }

  #tell(type: 'request.sent' | 'request.completed' | 'request.cancelled' | 'reply.dropped'): void {
    const { events, clock } = this.runtime;
    if (!events.wants(type)) return;
    const { topic, id } = this.message;
    const event: MessageEvent = { type, at: clock.now(), topic, messageId: id };
    events.emit(event);
  }
}
