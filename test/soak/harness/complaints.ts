import process from 'node:process';

/** What Node complains about while it is watched: rejections that nobody handles, and warnings. */
export class Complaints {
  /** The first of them, in words. */
  first: string | undefined;
  /** How many in all. */
  count = 0;

  readonly #rejected = (reason: unknown): void => this.#note(`unhandled rejection: ${String(reason)}`);
  readonly #warned = (warning: Error): void => this.#note(`warning: ${warning.message}`);

  constructor() {
    process.on('unhandledRejection', this.#rejected);
    process.on('warning', this.#warned);
  }

  /** Stops watching. */
  end(): void {
    process.off('unhandledRejection', this.#rejected);
    process.off('warning', this.#warned);
  }

  #note(complaint: string): void {
    this.count++;
    this.first ??= complaint;
  }
}
