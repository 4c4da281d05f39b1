import { CancelledError, type Message, type Reply, type ReplyWatcher, type Timer } from '../../index.ts';
import type { End } from './host.ts';
import type { Network } from './network.ts';

/**
 * A request from another process, as the one that it came to knows it: the answer has to find its way back, and when
 * the sender's time is up nobody has to be told.
 */
export class Answer implements Reply {
  watcher: ReplyWatcher | undefined;
  ended = false;
  readonly #network: Network;
  readonly #from: End;
  readonly #to: End;
  readonly #reply: Reply;
  readonly #timer: Timer | undefined;
  readonly #controller = new AbortController();

  /** @param asker Where the request comes from. @param end Where it has come to. */
  constructor(network: Network, asker: End, end: End, reply: Reply) {
    this.#network = network;
    this.#from = end;
    this.#to = asker;
    this.#reply = reply;
    const left = reply.timeLeft();
    if (left < Number.POSITIVE_INFINITY) this.#timer = end.host.clock.schedule(() => this.#gone(), left);
    reply.watcher = { waiterGone: () => end.host.takeIn(() => this.#gone()) };
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
    const [from, to] = [this.#from.host, this.#to.host];
    this.#end();
    from.perform(() => {
      this.#network.carry(this.#from, `answer of ${this.topic}`, true, () => {
        if (this.#network.connects(from.node, to.node)) to.takeIn(answer);
      });
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
