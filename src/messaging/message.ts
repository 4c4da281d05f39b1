import type { IdSequence } from '../kernel/ids.ts';
import { DEFAULT_PRIORITY } from '../kernel/priority.ts';

/** What a sender may say about a message, beside topic and body. */
export interface MessageFacts {
  readonly sender?: string | undefined;
  readonly headers?: object | undefined;
  readonly priority?: number | undefined;
}

const NO_FACTS: MessageFacts = Object.freeze({});

/**
 * What travels: a topic and a body. Inside one process the body is passed by reference; treat it as read-only.
 */
export class Message {
  /** Where it is addressed. */
  readonly topic: string;
  /** What was sent, as it is: neither copied nor checked. */
  readonly body: unknown;
  /** Who sent it, as the sender says. */
  readonly sender: string | undefined;
  /** What the sender added beside the body; passed on untouched. */
  readonly headers: object | undefined;
  /** Higher goes first where messages wait. */
  readonly priority: number;
  readonly #ids: IdSequence;
  #number = 0;

  /** @internal */
  constructor(ids: IdSequence, topic: string, body: unknown, facts: MessageFacts = NO_FACTS) {
    this.#ids = ids;
    this.topic = topic;
    this.body = body;
    this.sender = facts.sender;
    this.headers = facts.headers;
    this.priority = facts.priority ?? DEFAULT_PRIORITY;
  }

  /** Unique over processes. Made when first read. */
  get id(): string {
    this.#number ||= this.#ids.next();
    return this.#ids.text('message', this.#number);
  }
}
