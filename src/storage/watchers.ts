import { ignore, isThenable } from '../kernel/functions.ts';
import { storeChecks } from './checks.ts';
import type { RecordChange } from './store.ts';

interface Watcher {
  readonly prefix: string;
  readonly listener: (change: RecordChange) => unknown;
  active: boolean;
}

/**
 * Those who watch the records of a store, for whoever writes one.
 *
 * Changes are told in the order of {@link tell}, never inside that call, but before anything that is waiting for a
 * promise which is settled after it. Whoever begins to watch later is not told; whoever has ended is not told either.
 */
export class RecordWatchers {
  readonly #watchers = new Set<Watcher>();
  readonly #waiting: { readonly watcher: Watcher; readonly change: RecordChange }[] = [];

  /** How many watch. */
  get size(): number {
    return this.#watchers.size;
  }

  /** As `Records.watch`. @throws InvalidOptionsError */
  watch(prefix: string, listener: (change: RecordChange) => void): () => void {
    const watcher: Watcher = {
      prefix: storeChecks.prefix(prefix),
      listener: storeChecks.listener(listener),
      active: true,
    };
    this.#watchers.add(watcher);
    return () => {
      watcher.active = false;
      this.#watchers.delete(watcher);
    };
  }

  /** Tells a change to those whose prefix it has. */
  tell(change: RecordChange): void {
    if (this.#watchers.size === 0) return;
    Object.freeze(change);
    for (const watcher of this.#watchers) {
      if (!change.key.startsWith(watcher.prefix)) continue;
      this.#waiting.push({ watcher, change });
      if (this.#waiting.length === 1) queueMicrotask(this.#deliver);
    }
  }

  /** Ends all of them. */
  close(): void {
    for (const watcher of this.#watchers) watcher.active = false;
    this.#watchers.clear();
  }

  readonly #deliver = (): void => {
    // A listener may change a record: what that tells comes after what waits already.
    for (const { watcher, change } of this.#waiting) {
      if (!watcher.active) continue;
      try {
        const result = watcher.listener(change);
        if (isThenable(result)) result.then(ignore, ignore);
      } catch {
        // Nobody's, as the port says.
      }
    }
    this.#waiting.length = 0;
  };
}
