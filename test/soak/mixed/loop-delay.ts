import { createHistogram } from 'node:perf_hooks';

/**
 * How late the event loop comes round, over several stretches of time.
 *
 * `monitorEventLoopDelay` would count the pauses in between, too, in which the heap is measured.
 */
export class LoopDelay {
  readonly #rounds = createHistogram();

  /** Looks every millisecond while `work` goes on. */
  async during(work: () => Promise<void>): Promise<void> {
    let latest = performance.now();
    const look = (): void => {
      const now = performance.now();
      this.#rounds.record(Math.max(1, Math.round((now - latest) * 1e6)));
      latest = now;
    };
    const looking = setInterval(look, 1);
    try {
      await work();
    } finally {
      clearInterval(looking);
      look();
    }
  }

  /** Of a hundred looks, `percent` came within so many milliseconds after the one before, their distance included. */
  percentileMs(percent: number): number {
    return this.#rounds.percentile(percent) / 1e6;
  }

  /** How often was looked. */
  get count(): number {
    return this.#rounds.count;
  }
}
