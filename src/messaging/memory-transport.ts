import { isThenable } from '../kernel/functions.ts';
import { NoResponderError, TopicTakenError } from './errors.ts';
import type { Message } from './message.ts';
import { matchesTopic, TopicTable } from './topics.ts';
import type { Reply, Responder, Subscriber, Transport } from './transport.ts';

class MemoryTransport implements Transport {
  readonly #subscribers = new TopicTable<Subscriber>();
  readonly #responders = new Map<string, Responder>();

  publish(message: Message): void {
    const subscribers = this.#subscribers.match(message.topic);
    for (let index = 0; index < subscribers.length; index++) {
      const subscriber = subscribers[index] as Subscriber;
      try {
        const result = subscriber.receive(message.body, message);
        if (result !== undefined && isThenable(result)) {
          Promise.resolve(result).then(undefined, (error) => subscriber.failed(error, message));
        }
      } catch (error) {
        subscriber.failed(error, message);
      }
    }
  }

  subscribe(pattern: string, subscriber: Subscriber): () => void {
    return this.#subscribers.add(pattern, subscriber);
  }

  request(reply: Reply): void {
    const responder = this.#responders.get(reply.topic);
    if (responder === undefined) reply.fail(new NoResponderError(reply.topic));
    else responder.receive(reply);
  }

  topics(pattern: string): readonly string[] {
    return [...this.#responders.keys()].filter((topic) => matchesTopic(pattern, topic));
  }

  respond(topic: string, responder: Responder): void {
    if (this.#responders.has(topic)) throw new TopicTakenError(topic);
    this.#responders.set(topic, responder);
  }

  withdraw(topic: string, responder: Responder): void {
    if (this.#responders.get(topic) === responder) this.#responders.delete(topic);
  }
}

/** Messages inside one process, by function call. Nothing is copied, nothing is kept. */
export function memoryTransport(): Transport {
  return new MemoryTransport();
}
