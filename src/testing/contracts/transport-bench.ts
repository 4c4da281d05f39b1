import { type Message, MessageBroker, type Reply, type Responder, type Transport } from '../../index.ts';
import { pause, thrownBy, until } from './checks.ts';

/** Options of {@link transportContract}. */
export interface TransportContractOptions {
  /** How long something may take to arrive, in milliseconds. Above 0. @default 1000 */
  readonly withinMs?: number | undefined;
  /** After how many milliseconds it is believed that nothing more arrives. 0 or more. @default 5 */
  readonly quietMs?: number | undefined;
}

/** Declares one clause. */
export type DeclareClause = (name: string, check: (bench: TransportBench) => Promise<void>) => void;

/** What one subscription has got. */
export interface Inbox {
  /** The bodies, in the order of arrival. */
  readonly bodies: unknown[];
  /** The messages. */
  readonly messages: Message[];
  /** What the subscriber was told to have failed with. */
  readonly failures: unknown[];
  /** Ends the subscription. */
  readonly end: () => void;
}

/** One transport, who sends over it, and who receives; all of it is taken away by {@link clear}. */
export class TransportBench {
  readonly transport: Transport;
  readonly withinMs: number;
  readonly #quietMs: number;
  readonly #ends: (() => void)[] = [];
  readonly #faults: string[] = [];

  constructor(transport: Transport, { withinMs = 1_000, quietMs = 5 }: TransportContractOptions) {
    this.transport = transport;
    this.withinMs = withinMs;
    this.#quietMs = quietMs;
  }

  /** Somebody who sends. */
  sender(): MessageBroker {
    const broker = new MessageBroker({ transport: this.#guarded() });
    this.#ends.push(() => broker.close());
    return broker;
  }

  /** Subscribes; `receive` is called after the body is noted. */
  subscribe(pattern: string, receive: (body: unknown) => unknown = () => undefined): Inbox {
    const inbox = { bodies: [] as unknown[], messages: [] as Message[], failures: [] as unknown[] };
    const end = this.transport.subscribe(pattern, {
      receive: (body, message) => {
        inbox.bodies.push(body);
        inbox.messages.push(message);
        return receive(body);
      },
      failed: (error) => inbox.failures.push(error),
    });
    this.#ends.push(end);
    return { ...inbox, end };
  }

  /** Responds; the requests are in what it returns. */
  respond(
    topic: string,
    receive: (reply: Reply) => void = () => {},
  ): { readonly replies: Reply[]; readonly responder: Responder } {
    const replies: Reply[] = [];
    const responder: Responder = {
      receive: (reply) => {
        replies.push(reply);
        receive(reply);
      },
    };
    this.transport.respond(topic, responder);
    this.#ends.push(() => this.transport.withdraw(topic, responder));
    return { replies, responder };
  }

  /** Waits until `isTrue`, as long as something may take to arrive. */
  until(isTrue: () => boolean, what: string): Promise<void> {
    return until(isTrue, what, this.withinMs);
  }

  /** Waits until it is believed that nothing more arrives. */
  quiet(): Promise<void> {
    return pause(this.#quietMs);
  }

  /** What was thrown where nothing may be thrown, such as `publish threw Error: no paper`. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  /** Takes everything away that it put there. */
  clear(): void {
    for (const end of this.#ends.toReversed()) end();
  }

  /** The transport as a broker may use it: the broker trusts it not to throw. */
  #guarded(): Transport {
    const { transport } = this;
    const guard = (what: string, call: () => void): void => {
      const thrown = thrownBy(call);
      if (thrown !== undefined) this.#faults.push(`${what} threw ${String(thrown)}`);
    };
    return {
      publish: (message) => guard('publish', () => transport.publish(message)),
      request: (reply) => guard('request', () => transport.request(reply)),
      subscribe: (pattern, subscriber) => transport.subscribe(pattern, subscriber),
      topics: (pattern) => transport.topics(pattern),
      respond: (topic, responder) => transport.respond(topic, responder),
      withdraw: (topic, responder) => transport.withdraw(topic, responder),
    };
  }
}
