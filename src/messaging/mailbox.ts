import type { Alarm } from '../kernel/deadlines.ts';
import { FullError, HandlerError } from '../kernel/errors.ts';
import { type Invocation, invoke, linger, type SlotOwner } from '../kernel/invocation.ts';
import { type Lane, PriorityQueue, type QueueItem } from '../kernel/queue.ts';
import type { Runtime } from '../kernel/runtime.ts';
import { NoResponderError } from './errors.ts';
import type { Message } from './message.ts';
import { isNew, type Reply, type ReplyWatcher, type Responder } from './transport.ts';

/** What a responder's handler is given beside the body. */
export class RequestContext {
  readonly #reply: Reply;
  readonly #runtime: Runtime;

  /** @internal */
  constructor(reply: Reply, runtime: Runtime) {
    this.#reply = reply;
    this.#runtime = runtime;
  }

  /** The request as it came. */
  get message(): Message {
    return this.#reply.message;
  }

  /** Aborts when the sender gives up: it cancelled, or its time is over. */
  get signal(): AbortSignal {
    return this.#reply.signal;
  }

  /** Until when the sender waits, in epoch milliseconds; undefined for ever. */
  get deadline(): number | undefined {
    return this.#runtime.toWallTime(this.#runtime.clock.monotonic() + this.#reply.timeLeft());
  }
}

/** Answers requests; what it returns, or what its promise resolves to, is the answer. */
export type RequestHandler<I = unknown, O = unknown> = (
  body: I,
  context: RequestContext,
) => O | PromiseLike<O>;

/** A request that waits for a slot. */
class Waiting implements QueueItem, ReplyWatcher {
  queueLane: Lane | undefined;
  queueNext: QueueItem | undefined;
  queuePrevious: QueueItem | undefined;
  readonly priority: number;
  readonly reply: Reply;
  readonly #queue: PriorityQueue<Waiting>;

  constructor(reply: Reply, queue: PriorityQueue<Waiting>) {
    this.reply = reply;
    this.priority = reply.priority;
    this.#queue = queue;
    reply.watcher = this;
    queue.push(this);
  }

  waiterGone(): void {
    this.#queue.remove(this);
  }
}

/** A request whose handler runs. */
class Serving implements Invocation, ReplyWatcher {
  readonly owner: Mailbox;
  running = false;
  grace: Alarm | undefined;
  readonly #reply: Reply;

  constructor(mailbox: Mailbox, reply: Reply) {
    this.owner = mailbox;
    this.#reply = reply;
    reply.watcher = this;
  }

  get label(): string {
    return this.owner.label;
  }

  waiterGone(): void {
    linger(this);
  }

  settled(isOutput: boolean, outcome: unknown): void {
    const reply = this.#reply;
    reply.watcher = undefined;
    if (isOutput) reply.fulfil(outcome);
    else reply.fail(reply.ended ? outcome : new HandlerError(this.label, outcome));
  }

  slotFreed(abandoned: boolean): void {
    this.owner.slotFreed(abandoned);
  }
}

/** Limits of a {@link Mailbox}. */
export interface MailboxLimits {
  /** Handlers running at once. */
  readonly concurrency: number;
  /** Requests waiting; one more is refused. */
  readonly waiting: number;
  readonly graceMs: number;
}

/** Where the requests of one topic wait until its handler has a free slot: by priority, then first in, first out. */
export class Mailbox implements Responder, SlotOwner {
  readonly runtime: Runtime;
  readonly graceMs: number;
  readonly label: string;
  readonly topic: string;
  readonly #handler: RequestHandler;
  readonly #limits: MailboxLimits;
  readonly #onAbandoned: () => void;
  readonly #waiting = new PriorityQueue<Waiting>();
  #active = 0;
  #starting = false;

  constructor(
    runtime: Runtime,
    topic: string,
    handler: RequestHandler,
    limits: MailboxLimits,
    onAbandoned: () => void,
  ) {
    this.runtime = runtime;
    this.topic = topic;
    this.label = `responder "${topic}"`;
    this.#handler = handler;
    this.#limits = limits;
    this.graceMs = limits.graceMs;
    this.#onAbandoned = onAbandoned;
  }

  /** Handlers that run now. */
  get active(): number {
    return this.#active;
  }

  /** Requests that wait now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  receive(reply: Reply): void {
    if (!isNew(reply)) return;
    if (this.#active < this.#limits.concurrency && this.#waiting.size === 0) this.#start(reply);
    else if (this.#waiting.size >= this.#limits.waiting) {
      reply.fail(new FullError(`mailbox of "${this.topic}"`, this.#limits.waiting));
    } else new Waiting(reply, this.#waiting);
  }

  /** A handler has settled; or it was `abandoned`, as it ignored its signal through the grace period. */
  slotFreed(abandoned: boolean): void {
    this.#active--;
    if (abandoned) this.#onAbandoned();
    // A handler that settles at once frees its slot inside #start; the loop that called it goes on.
    if (this.#starting) return;
    this.#starting = true;
    while (this.#active < this.#limits.concurrency) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      // Its time may be up by the clock where the sender's timer is late.
      if (next.reply.timeLeft() > 0) this.#start(next.reply);
      else next.reply.watcher = undefined;
    }
    this.#starting = false;
  }

  /** Refuses what waits: the responder is gone. What runs goes on. */
  close(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.reply.watcher = undefined;
      next.reply.fail(new NoResponderError(this.topic));
    }
  }

  #start(reply: Reply): void {
    this.#active++;
    invoke(new Serving(this, reply), this.#handler, reply.body, new RequestContext(reply, this.runtime));
  }
}
