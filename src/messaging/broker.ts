import { ClosedError, FullError } from '../kernel/errors.ts';
import type { EventHub } from '../kernel/events.ts';
import { checkName, checkPattern } from '../kernel/names.ts';
import { CallOptions, parseOption, parseOptions } from '../kernel/options.ts';
import { Runtime } from '../kernel/runtime.ts';
import { TurnQueue } from '../kernel/turn-queue.ts';
import type { MessageEvent } from './events.ts';
import { Mailbox, type RequestHandler } from './mailbox.ts';
import { memoryTransport } from './memory-transport.ts';
import { Message, type MessageFacts } from './message.ts';
import {
  type BrokerSettings,
  brokerRules,
  handlerRule,
  type MessageBrokerOptions,
  type PublishOptions,
  publishRules,
  type RequestOptions,
  type RequestSettings,
  type RespondOptions,
  requestRules,
  respondRules,
} from './options.ts';
import { Request, RequestCounters, type RequestKeeper } from './request.ts';
import { type MessageHandler, Subscription } from './subscription.ts';
import type { Reply, Responder, Transport } from './transport.ts';

/** Sizes now, and counters since the broker was made. */
export interface MessageStats {
  /** Subscriptions that have not been ended. */
  readonly subscriptions: number;
  /** Topics that somebody responds to; those of agents are not counted. */
  readonly responders: number;
  /** Requests that are open. */
  readonly pending: number;
  /** How many may be open. */
  readonly pendingLimit: number;
  /** Requests that wait for a slot of their responder. */
  readonly waiting: number;
  /** Responders' handlers that run. */
  readonly active: number;
  /** Messages that were published; a broadcast counts as requests. */
  readonly published: number;
  /** Requests that were accepted, one for each responder of a broadcast included; tasks are not counted. */
  readonly requested: number;
  /** Requests that were answered with an output. */
  readonly replied: number;
  /** Requests that the other side answered with an error or refused. */
  readonly failed: number;
  /** Requests that had no answer in time. */
  readonly timedOut: number;
  /** Requests that were cancelled, or open when the broker was closed. */
  readonly cancelled: number;
  /** Answers that came after their request had ended; they were dropped. */
  readonly lateReplies: number;
  /** Times that a subscriber threw or rejected. */
  readonly handlerErrors: number;
  /** Handlers that ignored their signal through the grace period. */
  readonly abandoned: number;
}

const requestOptions = new CallOptions('request', requestRules);
const publishOptions = new CallOptions('publish', publishRules);
const broadcastOptions = new CallOptions('broadcast', publishRules);

/**
 * Messages between addresses: publish and subscribe, request and respond, broadcast.
 *
 * A topic is parts joined by dots; in patterns `*` stands for one part and a last `>` for one or more. A handler
 * never runs inside the call that sends: everything sent is delivered in the order of acceptance as soon as the
 * caller's own code has given way. Nothing is kept for those who subscribe later.
 */
export class MessageBroker {
  readonly #runtime: Runtime;
  readonly #settings: BrokerSettings;
  readonly #transport: Transport;
  /** The responders here. */
  readonly #mailboxes = new Set<Mailbox>();
  /** How to end each subscription. */
  readonly #subscriptions = new Set<() => void>();
  /** What every request looks at. */
  readonly #sender: RequestKeeper;
  readonly #outbox = new TurnQueue<Message | Reply>((item) => this.#deliver(item));
  #published = 0;
  #handlerErrors = 0;
  #abandoned = 0;
  #closed = false;

  /**
   * @param runtime What the rooms of one coordinator share; a broker that is used alone makes its own.
   * @throws InvalidOptionsError
   */
  constructor(options?: MessageBrokerOptions, runtime?: Runtime) {
    this.#settings = parseOptions('MessageBroker', brokerRules, options);
    this.#runtime = runtime ?? new Runtime(this.#settings.clock);
    this.#sender = { runtime: this.#runtime, counters: new RequestCounters() };
    this.#transport = this.#settings.transport ?? memoryTransport();
  }

  /** What happens here, as events. */
  get events(): EventHub<MessageEvent> {
    return this.#runtime.events as unknown as EventHub<MessageEvent>;
  }

  /**
   * Sends `body` to every subscription whose pattern matches `topic`.
   *
   * Returns at once; nobody is waited for, and one receiver's failure does not keep it from the others.
   *
   * @throws InvalidNameError, InvalidOptionsError, ClosedError
   */
  publish(topic: string, body: unknown, options?: PublishOptions): void {
    this.#checkOpen();
    checkName('topic', topic);
    const facts = publishOptions.read(options);
    const message = new Message(this.#runtime.ids, topic, body, facts);
    this.#published++;
    const { events, clock } = this.#runtime;
    if (events.wants('message.published')) {
      const event: MessageEvent = {
        type: 'message.published',
        at: clock.now(),
        topic,
        messageId: message.id,
      };
      events.emit(event);
    }
    this.#outbox.add(message);
  }

  /**
   * Calls `handler` with every message whose topic matches `pattern`.
   *
   * The handler is called with one message after the other and not waited for: an asynchronous one may have several
   * under way. Unsubscribing takes effect for the next message.
   *
   * @returns A function that ends the subscription; it may be called again.
   * @throws InvalidNameError, InvalidOptionsError, ClosedError
   */
  subscribe<B = unknown>(pattern: string, handler: MessageHandler<B>): () => void {
    this.#checkOpen();
    checkPattern(pattern);
    parseOption('subscribe', 'handler', handlerRule, handler);
    const subscription = new Subscription(
      this.#runtime,
      pattern,
      handler as MessageHandler,
      () => this.#handlerErrors++,
    );
    const end = this.#transport.subscribe(pattern, subscription);
    this.#subscriptions.add(end);
    return () => {
      if (this.#subscriptions.delete(end)) end();
    };
  }

  /**
   * Sends `body` to the one responder of `topic` and waits for its answer.
   *
   * Settles exactly once: with the answer, or with the first of: `NoResponderError` (at once), `FullError` (the
   * mailbox or the broker has no room), `HandlerError` (the handler failed; what it threw is `cause`),
   * `TimeoutError`, `CancelledError` (the signal's reason is `cause`), `ClosedError`. A bad topic or option rejects
   * with `InvalidNameError` or `InvalidOptionsError`, and nothing is sent.
   */
  request(topic: string, body: unknown, options?: RequestOptions): Promise<unknown> {
    try {
      this.#checkOpen();
      checkName('topic', topic);
      const settings = requestOptions.read(options);
      return this.#request(topic, body, settings, settings).result;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Answers the requests to `topic` with what `handler` returns or resolves to. A topic has one responder.
   *
   * Requests start in the order of sending within a priority, `concurrency` at once.
   *
   * @returns A function that ends it: what waits is refused with `NoResponderError`, what runs goes on.
   * @throws InvalidNameError, InvalidOptionsError, TopicTakenError, ClosedError
   */
  respond<I = unknown>(topic: string, handler: RequestHandler<I>, options?: RespondOptions): () => void {
    checkName('topic', topic);
    parseOption('respond', 'handler', handlerRule, handler);
    const limits = { ...parseOptions('respond', respondRules, options), graceMs: this.#settings.grace };
    const mailbox = new Mailbox(
      this.#runtime,
      topic,
      handler as RequestHandler,
      limits,
      () => this.#abandoned++,
    );
    this.attach(topic, mailbox);
    this.#mailboxes.add(mailbox);
    return () => {
      if (this.#mailboxes.delete(mailbox)) this.#end(mailbox);
    };
  }

  /**
   * Hands `body` to every responder whose topic matches `pattern`, through their mailboxes and limits.
   *
   * One way: answers are dropped, failures are counted. Each responder has the broker's timeout for it.
   *
   * @returns How many responders it was handed to.
   * @throws InvalidNameError, InvalidOptionsError, FullError, ClosedError: nobody got it then.
   */
  broadcast(pattern: string, body: unknown, options?: PublishOptions): number {
    this.#checkOpen();
    checkPattern(pattern);
    const facts = broadcastOptions.read(options);
    const topics = this.#transport.topics(pattern);
    const { pending } = this.#settings;
    if (this.#sender.counters.pending + topics.length > pending)
      throw new FullError('list of open requests', pending);
    for (const topic of topics) this.#request(topic, body, facts).result.catch(() => this.#handlerErrors++);
    const { events, clock } = this.#runtime;
    if (events.wants('message.broadcast')) {
      const event: MessageEvent = {
        type: 'message.broadcast',
        at: clock.now(),
        pattern,
        receivers: topics.length,
      };
      events.emit(event);
    }
    return topics.length;
  }

  /** Sizes and counters. */
  stats(): MessageStats {
    let waiting = 0;
    let active = 0;
    for (const mailbox of this.#mailboxes) {
      waiting += mailbox.waiting;
      active += mailbox.active;
    }
    return {
      ...this.#sender.counters,
      subscriptions: this.#subscriptions.size,
      responders: this.#mailboxes.size,
      pendingLimit: this.#settings.pending,
      waiting,
      active,
      published: this.#published,
      handlerErrors: this.#handlerErrors,
      abandoned: this.#abandoned,
    };
  }

  /**
   * Takes no more messages and rejects every open request with `ClosedError`. Idempotent.
   *
   * Handlers that run are told by their signal and not waited for.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const scope of this.#runtime.root.children()) {
      if (scope instanceof Request) scope.stop(new ClosedError('MessageBroker'));
    }
    for (const mailbox of this.#mailboxes) this.#end(mailbox);
    for (const end of this.#subscriptions) end();
    this.#mailboxes.clear();
    this.#subscriptions.clear();
  }

  /** @internal Registers a responder that keeps its own limits. */
  attach(topic: string, responder: Responder): void {
    this.#checkOpen();
    this.#transport.respond(topic, responder);
  }

  /** @internal Ends what {@link attach} began. */
  detach(topic: string, responder: Responder): void {
    this.#transport.withdraw(topic, responder);
  }

  /** @internal Sends a request whose outcome somebody else looks after on its way. */
  send(request: Reply): void {
    this.#outbox.add(request);
  }

  #end(mailbox: Mailbox): void {
    this.detach(mailbox.topic, mailbox);
    mailbox.close();
  }

  #request(topic: string, body: unknown, facts?: MessageFacts, settings?: RequestSettings): Request {
    const { pending, timeout } = this.#settings;
    if (this.#sender.counters.pending >= pending) throw new FullError('list of open requests', pending);
    const timeoutMs = settings?.timeout ?? timeout;
    const request = new Request(this.#sender, topic, body, facts, timeoutMs);
    request.accept(settings?.signal);
    this.#outbox.add(request);
    return request;
  }

  #deliver(item: Message | Reply): void {
    if (item instanceof Message) this.#transport.publish(item);
    else if (!item.ended) this.#transport.request(item);
  }

  #checkOpen(): void {
    if (this.#closed) throw new ClosedError('MessageBroker');
  }
}
