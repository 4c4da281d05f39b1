/** A function that answers a call. */
export type Handler<I, O> = (input: I) => Promise<O>;

/** Open calls by correlation id: each settles once, and leaves when it settles. */
export class OpenCalls<I, O> {
  readonly #open = new Map<number, (output: O) => void>();
  #nextId = 0;

  call(handler: Handler<I, O>, input: I): Promise<O> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#open.set(id, resolve);
      handler(input).then(
        (output) => this.#reply(id, output),
        (error: unknown) => {
          if (this.#open.delete(id)) reject(error);
        },
      );
    });
  }

  #reply(id: number, output: O): void {
    const resolve = this.#open.get(id);
    if (resolve === undefined) return;
    this.#open.delete(id);
    resolve(output);
  }
}

/** The least code for a request to a topic: Map look-up, correlation map, promise. */
export class RequestLimit<I, O> {
  readonly #handlers = new Map<string, Handler<I, O>>();
  readonly #calls = new OpenCalls<I, O>();

  respond(topic: string, handler: Handler<I, O>): void {
    this.#handlers.set(topic, handler);
  }

  request(topic: string, body: I): Promise<O> {
    const handler = this.#handlers.get(topic);
    if (handler === undefined) return Promise.reject(new Error(`nobody responds to ${topic}`));
    return this.#calls.call(handler, body);
  }
}

interface Candidates<I, O> {
  readonly handlers: Handler<I, O>[];
  next: number;
}

/** The least code for asking one of the agents with a capability, in turn. */
export class AskLimit<I, O> {
  readonly #candidates = new Map<string, Candidates<I, O>>();
  readonly #calls = new OpenCalls<I, O>();

  serve(capability: string, handler: Handler<I, O>): void {
    const known = this.#candidates.get(capability);
    if (known) known.handlers.push(handler);
    else this.#candidates.set(capability, { handlers: [handler], next: 0 });
  }

  ask(capability: string, input: I): Promise<O> {
    const candidates = this.#candidates.get(capability);
    const handler = candidates?.handlers[candidates.next];
    if (candidates === undefined || handler === undefined) {
      return Promise.reject(new Error(`nobody can do ${capability}`));
    }
    candidates.next = candidates.next + 1 === candidates.handlers.length ? 0 : candidates.next + 1;
    return this.#calls.call(handler, input);
  }
}
