import {
  CancelledError,
  type Clock,
  type Message,
  memoryTransport,
  type Reply,
  type ReplyWatcher,
  type Responder,
  type Subscriber,
  type Timer,
  type Transport,
} from '../../index.ts';
import type { FaultSource } from './fault.ts';

/**
 * What coordinators have between them: a transport in memory on which messages are lost, duplicated, delayed and cut
 * off.
 */
export class Network {
  readonly inner: Transport = memoryTransport();
  /** The node whose message is being handed out. */
  sender = '';
  readonly #faults: FaultSource;
  readonly #clock: Clock;
  /** The nodes that hear nothing of the others. */
  readonly #cut = new Set<string>();
  /** What waits for a topic, the first first, and until when. */
  readonly #lines = new Map<string, { readonly until: number; readonly waiting: (() => void)[] }>();

  constructor(faults: FaultSource, clock: Clock) {
    this.#faults = faults;
    this.#clock = clock;
  }

  /** Cuts `node` off from all others. */
  cut(node: string): void {
    this.#cut.add(node);
  }

  /** Ends that. */
  mend(node: string): void {
    this.#cut.delete(node);
  }

  /** Tells whether a message gets from one node to the other. */
  connects(from: string, to: string): boolean {
    return from === to || (!this.#cut.has(from) && !this.#cut.has(to));
  }

  /** Hands something from `sender` over: now, later or never, and twice where it may come twice. */
  carry(sender: string, topic: string, mayRepeat: boolean, handOver: () => void): void {
    const deliver = (): void => {
      this.sender = sender;
      handOver();
    };
    if (this.#faults.strike('messageLost', topic) !== undefined) return;
    const again = mayRepeat ? this.#faults.strike('messageDuplicated', topic) : undefined;
    const delayed = this.#faults.strike('messageDelayed', topic);
    const overtaken = delayed === undefined ? this.#faults.strike('messageReordered', topic) : undefined;
    let waitMs = overtaken?.ms ?? 0;
    if (overtaken === undefined) waitMs = this.#inLine(topic, delayed?.ms ?? 0, deliver);
    else this.#clock.schedule(deliver, waitMs);
    if (again !== undefined) this.#clock.schedule(deliver, waitMs + again.ms);
  }

  /** Hands over at once, or `ms` later and behind all that waits for the topic. Returns how long that is. */
  #inLine(topic: string, ms: number, deliver: () => void): number {
    const line = this.#lines.get(topic);
    if (ms === 0 && line === undefined) {
      deliver();
      return 0;
    }
    const now = this.#clock.monotonic();
    const until = Math.max(now + ms, line?.until ?? 0);
    const waiting = line?.waiting ?? [];
    waiting.push(deliver);
    this.#lines.set(topic, { until, waiting });
    // Whichever timer rings first among those of one moment: the first in the line goes first.
    this.#clock.schedule(() => {
      const next = waiting.shift();
      if (waiting.length === 0) this.#lines.delete(topic);
      next?.();
    }, until - now);
    return until - now;
  }
}

/** The transport of one node. */
export class NetworkEnd implements Transport {
  readonly #network: Network;
  readonly #node: string;
  readonly #ends = new Set<() => void>();
  readonly #responders = new Map<Responder, Responder>();
  readonly #answers = new WeakMap<Reply, Answer>();
  readonly #clock: Clock;
  #gone = false;

  /** @param clock That of the node. */
  constructor(network: Network, node: string, clock: Clock) {
    this.#network = network;
    this.#node = node;
    this.#clock = clock;
  }

  publish(message: Message): void {
    if (this.#gone) return;
    this.#network.carry(this.#node, message.topic, false, () => this.#network.inner.publish(message));
  }

  request(reply: Reply): void {
    if (this.#gone) return;
    this.#network.carry(this.#node, reply.topic, true, () => this.#network.inner.request(reply));
  }

  topics(pattern: string): readonly string[] {
    return this.#network.inner.topics(pattern);
  }

  subscribe(pattern: string, subscriber: Subscriber): () => void {
    const network = this.#network;
    const end = network.inner.subscribe(pattern, {
      receive: (body, message) =>
        network.connects(network.sender, this.#node) ? subscriber.receive(body, message) : undefined,
      failed: (error, message) => subscriber.failed(error, message),
    });
    this.#ends.add(end);
    return () => {
      this.#ends.delete(end);
      end();
    };
  }

  respond(topic: string, responder: Responder): void {
    const network = this.#network;
    const mine: Responder = {
      receive: (reply) => {
        const { sender } = network;
        if (!network.connects(sender, this.#node)) return;
        responder.receive(sender === this.#node ? reply : this.#answerTo(sender, reply));
      },
    };
    network.inner.respond(topic, mine);
    this.#responders.set(responder, mine);
    this.#ends.add(() => network.inner.withdraw(topic, mine));
  }

  withdraw(topic: string, responder: Responder): void {
    const mine = this.#responders.get(responder);
    if (mine === undefined) return;
    this.#responders.delete(responder);
    this.#network.inner.withdraw(topic, mine);
  }

  /** The same one when a request comes again. */
  #answerTo(sender: string, reply: Reply): Reply {
    let answer = this.#answers.get(reply);
    if (answer === undefined) {
      answer = new Answer(this.#network, this.#clock, sender, this.#node, reply);
      this.#answers.set(reply, answer);
    }
    return answer;
  }

  /** The node is gone: it sends and hears nothing any more. */
  stop(): void {
    this.#gone = true;
    for (const end of this.#ends) end();
  }
}

/**
 * A request from another node, as the node that it came to knows it: the answer has to find its way back, and when the
 * sender's time is up nobody has to be told.
 */
class Answer implements Reply {
  watcher: ReplyWatcher | undefined;
  ended = false;
  readonly #network: Network;
  readonly #from: string;
  readonly #to: string;
  readonly #reply: Reply;
  readonly #timer: Timer | undefined;
  readonly #controller = new AbortController();

  constructor(network: Network, clock: Clock, asker: string, node: string, reply: Reply) {
    this.#network = network;
    this.#from = node;
    this.#to = asker;
    this.#reply = reply;
    const left = reply.timeLeft();
    if (left < Number.POSITIVE_INFINITY) this.#timer = clock.schedule(() => this.#gone(), left);
    reply.watcher = { waiterGone: () => this.#gone() };
  }

  get topic(): string {
    return this.#reply.topic;
  }
  get body(): unknown {
    return this.#reply.body;
  }
  get priority(): number {
    return this.#reply.priority;
  }
  get message(): Message {
    return this.#reply.message;
  }
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  timeLeft(): number {
    return this.#reply.timeLeft();
  }
  fulfil(output: unknown): void {
    this.#send(() => this.#reply.fulfil(output));
  }
  fail(error: unknown): void {
    this.#send(() => this.#reply.fail(error));
  }

  #send(answer: () => void): void {
    this.#end();
    this.#network.carry(this.#from, `answer of ${this.topic}`, true, () => {
      if (this.#network.connects(this.#from, this.#to)) answer();
    });
  }

  /** The sender has cancelled, or its time is up. */
  #gone(): void {
    if (this.ended) return;
    this.#end();
    this.#controller.abort(new CancelledError(`request "${this.topic}"`, undefined));
    this.watcher?.waiterGone();
  }

  #end(): void {
    this.ended = true;
    this.#timer?.cancel();
  }
}
