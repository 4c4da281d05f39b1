import { describeError } from '../kernel/errors.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { MessageEvent } from './events.ts';
import type { Message } from './message.ts';
import type { Subscriber } from './transport.ts';

/** Handles the messages of a subscription. What it returns is ignored; what it throws becomes an event. */
export type MessageHandler<B = unknown> = (body: B, message: Message) => unknown;

/** One subscription: the host's handler, called directly, and what happens when it fails. */
export class Subscription implements Subscriber {
  readonly receive: MessageHandler;
  readonly #pattern: string;
  readonly #runtime: Runtime;
  readonly #onFailed: () => void;

  constructor(runtime: Runtime, pattern: string, handler: MessageHandler, onFailed: () => void) {
    this.#runtime = runtime;
    this.#pattern = pattern;
    this.receive = handler;
    this.#onFailed = onFailed;
  }

  failed(error: unknown, { topic, id: messageId }: Message): void {
    this.#onFailed();
    const { events, clock } = this.#runtime;
    if (!events.wants('message.handler-failed')) return;
    const event: MessageEvent = {
      type: 'message.handler-failed',
      at: clock.now(),
      topic,
      pattern: this.#pattern,
      messageId,
      error: describeError(error),
    };
    events.emit(event);
  }
}
