import type { Message } from './message.ts';

/** Gets the messages of a subscription. */
export interface Subscriber {
  /** May return a promise; it is watched for failure and never waited for. */
  receive(body: unknown, message: Message): unknown;
  /** Told what `receive` threw or rejected with. Must not throw. */
  failed(error: unknown, message: Message): void;
}

/** Told when the sender of a request has given up, while the work for it still goes on. */
export interface ReplyWatcher {
  /** Called once: the request was cancelled, or its time is up. */
  waiterGone(): void;
}

/** A request, and the way back to its sender. Only the first of `fulfil` and `fail` counts. */
export interface Reply {
  /** Where it is addressed. */
  readonly topic: string;
  /** What was sent; that of a task is let go of when the task has ended. */
  readonly body: unknown;
  /** Higher goes first where requests wait. */
  readonly priority: number;
  /** Everything that the sender said. Made when first looked at. */
  readonly message: Message;
  /** True once the sender has its answer or has given up. */
  readonly ended: boolean;
  /** Aborts when the sender gives up. */
  readonly signal: AbortSignal;
  /** Milliseconds for which the sender still waits; Infinity for ever. */
  timeLeft(): number;
  /** Set by the receiving side while it works. */
  watcher: ReplyWatcher | undefined;
  /** Answers with an output. Once `ended` it is too late: the answer is counted and dropped. */
  fulfil(output: unknown): void;
  /** Answers with an error, which the sender gets as it is. Once `ended` it is too late. */
  fail(error: unknown): void;
}

/** False for a request that came before, as a transport may bring one twice, and for one whose sender has gone. */
export function isNew(reply: Reply): boolean {
  return !reply.ended && reply.watcher === undefined;
}

/** Gets the requests of one topic. */
export interface Responder {
  /** Takes a request, or answers it with an error at once. Must not throw. */
  receive(reply: Reply): void;
}

/**
 * How messages travel. {@link memoryTransport} is the default.
 *
 * A message reaches every subscription whose pattern matches, in the order of subscribing, and one receiver's
 * failure or slowness never keeps it from the next. A request reaches the one responder of its topic, or is
 * answered with `NoResponderError` at once. Between one sender and one receiver the order of sending is kept. A message
 * reaches a subscription at most once; a request may come more than once, as the same {@link Reply}, and is taken once.
 */
export interface Transport {
  /** Hands a message to every subscription that matches. Must not throw. */
  publish(message: Message): void;
  /** @returns A function that ends it. */
  subscribe(pattern: string, subscriber: Subscriber): () => void;
  /** Hands a request to the responder of its topic, or fails it with `NoResponderError`. Must not throw. */
  request(reply: Reply): void;
  /** The topics that match `pattern` and have a responder, in the order of responding. */
  topics(pattern: string): readonly string[];
  /** Gives the requests of `topic` to `responder`. @throws TopicTakenError when the topic has a responder. */
  respond(topic: string, responder: Responder): void;
  /** Ends that; does nothing when it is not `responder` that the topic has. */
  withdraw(topic: string, responder: Responder): void;
}
