import type { Message, Reply, Responder, Subscriber, Transport } from '../../index.ts';
import { Answer } from './answer.ts';
import type { End, Host } from './host.ts';
import type { Network } from './network.ts';

/** The transport of one process. */
export class NetworkEnd implements Transport, End {
  readonly host: Host;
  readonly #network: Network;
  /** What ends its subscriptions. */
  readonly #ends = new Set<() => void>();
  readonly #topics = new Set<string>();
  readonly #answers = new WeakMap<Reply, Reply>();

  constructor(network: Network, host: Host) {
    this.#network = network;
    this.host = host;
  }

  publish(message: Message): void {
    this.#send(message.topic, false, () => this.#network.inner.publish(message));
  }

  request(reply: Reply): void {
    this.#send(reply.topic, true, () => this.#network.request(this, reply));
  }

  topics(pattern: string): readonly string[] {
    return this.#network.inner.topics(pattern);
  }

  subscribe(pattern: string, subscriber: Subscriber): () => void {
    const network = this.#network;
    const { host } = this;
    let ended = false;
    const leave = network.inner.subscribe(pattern, {
      receive: (body, message) => {
        if (!network.connects(network.sender!.host.node, host.node)) return undefined;
        if (host.takesIn) return subscriber.receive(body, message);
        const itsTurn = new Promise<void>((resolve) => host.takeIn(resolve));
        return itsTurn.then(() => (ended ? undefined : subscriber.receive(body, message)));
      },
      failed: (error, message) => subscriber.failed(error, message),
    });
    const end = (): void => {
      ended = true;
      this.#ends.delete(end);
      leave();
    };
    this.#ends.add(end);
    return end;
  }

  respond(topic: string, responder: Responder): void {
    this.#network.take(topic, { end: this, responder });
    this.#topics.add(topic);
  }

  withdraw(topic: string, responder: Responder): void {
    this.#network.release(topic, (taker) => taker.end === this && taker.responder === responder);
  }

  answerTo(sender: End, reply: Reply): Reply {
    let answer = this.#answers.get(reply);
    if (answer === undefined) {
      answer = new Answer(this.#network, sender, this, reply);
      this.#answers.set(reply, answer);
    }
    return answer;
  }

  /** The process is gone: it sends and hears nothing any more. */
  stop(): void {
    for (const end of this.#ends) end();
    for (const topic of this.#topics) this.#network.release(topic, ({ end }) => end === this);
  }

  #send(topic: string, mayRepeat: boolean, handOver: () => void): void {
    this.host.perform(() => this.#network.carry(this, topic, mayRepeat, handOver));
  }
}
