/** The least code for publishing: an array of handlers for each topic. A throwing handler hurts no other. */
export class PublishLimit<B> {
  readonly #handlers = new Map<string, ((body: B) => void)[]>();
  /** Errors that handlers threw. */
  failures = 0;

  subscribe(topic: string, handler: (body: B) => void): void {
    const handlers = this.#handlers.get(topic);
    if (handlers) handlers.push(handler);
    else this.#handlers.set(topic, [handler]);
  }

  publish(topic: string, body: B): void {
    const handlers = this.#handlers.get(topic);
    if (handlers === undefined) return;
    for (const handler of handlers) {
      try {
        handler(body);
      } catch {
        this.failures += 1;
      }
    }
  }
}
