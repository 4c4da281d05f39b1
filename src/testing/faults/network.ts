import { type Clock, memoryTransport, type Reply, type Responder, type Transport } from '../../index.ts';
import type { FaultSource } from './fault.ts';
import type { End, Taker } from './host.ts';

/**
 * What coordinators have between them: a transport in memory on which messages are lost, duplicated, delayed and cut
 * off.
 */
export class Network {
  readonly inner: Transport = memoryTransport();
  /** Whose message is being handed out. */
  sender: End | undefined;
  readonly #faults: FaultSource;
  readonly #clock: Clock;
  /** The nodes that hear nothing of the others. */
  readonly #cut = new Set<string>();
  /** What waits for a topic, the first first, and until when. */
  readonly #lines = new Map<string, { readonly until: number; readonly waiting: (() => void)[] }>();
  /** Who takes the requests of a topic, by topic. */
  readonly #posts = new Map<string, Post>();

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
  carry(sender: End, topic: string, mayRepeat: boolean, handOver: () => void): void {
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

  /** Brings a request to whoever takes it; that nobody does, its sender hears as soon as it can hear. */
  request(sender: End, reply: Reply): void {
    const deliver = (): void => {
      this.sender = sender;
      this.inner.request(reply);
    };
    if (this.#posts.has(reply.topic)) deliver();
    else sender.host.takeIn(deliver);
  }

  /** Gives the requests of `topic` to `taker`. @throws TopicTakenError unless only other lives of its node have it. */
  take(topic: string, taker: Taker): void {
    const post = this.#posts.get(topic);
    if (post?.admits(taker)) post.takers.push(taker);
    else {
      const fresh = new Post(this, taker);
      this.inner.respond(topic, fresh);
      this.#posts.set(topic, fresh);
    }
  }

  /** Ends that for those that `leaves` is true of. */
  release(topic: string, leaves: (taker: Taker) => boolean): void {
    const post = this.#posts.get(topic);
    if (post === undefined) return;
    post.takers = post.takers.filter((taker) => !leaves(taker));
    if (post.takers.length > 0) return;
    this.#posts.delete(topic);
    this.inner.withdraw(topic, post);
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

/** Where the requests of one topic arrive: at the sender itself if it takes them, else at the last life of the node. */
class Post implements Responder {
  takers: Taker[];
  readonly #network: Network;

  constructor(network: Network, first: Taker) {
    this.#network = network;
    this.takers = [first];
  }

  /** Tells whether it is one more life of the node that has the topic. */
  admits({ end }: Taker): boolean {
    return this.takers.every((taker) => taker.end !== end && taker.end.host.owner === end.host.owner);
  }

  receive(reply: Reply): void {
    const network = this.#network;
    const sender = network.sender!;
    const taker = this.takers.find(({ end }) => end === sender) ?? this.takers.at(-1)!;
    const { end, responder } = taker;
    if (!network.connects(sender.host.node, end.host.node)) return;
    end.host.takeIn(() => {
      if (this.takers.includes(taker))
        responder.receive(sender === end ? reply : end.answerTo(sender, reply));
      // It stood still, and has given up the topic since.
      else network.request(sender, reply);
    });
  }
}
