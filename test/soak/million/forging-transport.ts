import {
  type Message,
  memoryTransport,
  type Reply,
  type Responder,
  type Subscriber,
  type Transport,
} from '../../../src/index.ts';
import type { Chance } from '../harness/chance.ts';
import { type Answer, PlannedError, type Question } from './question.ts';

const REMEMBERED = 256;

/**
 * Carries everything, and answers some requests that have ended once more: with the answer to another, or an error.
 */
export class ForgingTransport implements Transport {
  /** Answers to requests at topics that came after the request had ended; the broker must count as many. */
  forgedAtTopics = 0;
  /** The same for attempts of agents. */
  forgedAtAgents = 0;
  /** Requests that found no responder, until they have settled. */
  readonly refused: Set<number> = new Set();
  readonly #inner = memoryTransport();
  readonly #responders = new Set<string>();
  readonly #chance: Chance;
  readonly #betrays: boolean;
  /** With what was asked: an attempt lets go of its body as it ends. */
  readonly #remembered: { readonly reply: Reply; readonly question: Question }[] = [];
  #next = 0;

  /** @param betrays Plants a fault: it also answers open requests with the answer to another. */
  constructor(chance: Chance, betrays: boolean) {
    this.#chance = chance;
    this.#betrays = betrays;
  }

  request(reply: Reply): void {
    const question = reply.body as Question;
    if (!this.#responders.has(reply.topic)) this.refused.add(question.nonce);
    this.#inner.request(reply);
    // A request at an agent's topic travels twice, as a request and as an attempt, and nobody outside can tell which.
    if (question.path !== 'agent-topic') {
      this.#remembered[this.#next] = { reply, question };
      this.#next = (this.#next + 1) % REMEMBERED;
    }
    if (this.#chance.below(50) === 0) this.#forge(question);
  }

  #forge({ nonce, sender, receiver }: Question): void {
    const victim = this.#remembered[this.#chance.below(this.#remembered.length || 1)];
    if (victim === undefined) return;
    const { reply, question } = victim;
    if (question.nonce === nonce || !(reply.ended || (this.#betrays && question.fate === 'waits'))) return;
    if (reply.ended && question.path === 'topic') this.forgedAtTopics++;
    else if (reply.ended) this.forgedAtAgents++;
    const answer: Answer = { nonce, sender, receiver, by: receiver };
    if (nonce % 2 === 0) reply.fulfil(answer);
    else reply.fail(new PlannedError(nonce));
  }

  publish(message: Message): void {
    this.#inner.publish(message);
  }
  subscribe(pattern: string, subscriber: Subscriber): () => void {
    return this.#inner.subscribe(pattern, subscriber);
  }
  topics(pattern: string): readonly string[] {
    return this.#inner.topics(pattern);
  }
  respond(topic: string, responder: Responder): void {
    this.#inner.respond(topic, responder);
    this.#responders.add(topic);
  }
  withdraw(topic: string, responder: Responder): void {
    this.#inner.withdraw(topic, responder);
    this.#responders.delete(topic);
  }
}
