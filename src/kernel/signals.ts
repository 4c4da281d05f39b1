/** Whoever wants to hear that a signal aborted. */
export interface AbortObserver {
  /** Called once, with the signal's reason. */
  aborted(reason: unknown): void;
}

/** The one listener that the library keeps on a signal, and everybody behind it. */
class Hub {
  readonly observers: Set<AbortObserver> = new Set();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    const observers = [...this.observers];
    this.close();
    for (const observer of observers) observer.aborted(this.#signal.reason);
  };

  close(): void {
    this.observers.clear();
    hubs.delete(this.#signal);
    try {
      this.#signal.removeEventListener('abort', this.#onAbort);
    } catch {
      // Not one of this realm, and it keeps its listener: nobody is behind that any more.
    }
  }
}

const hubs = new WeakMap<AbortSignal, Hub>();

/**
 * Lets `observer` know when `signal` aborts; the signal must not have aborted yet.
 *
 * However many observe one signal, it carries one listener, and none when the last of them has left:
 * thousands of listeners on a long-lived signal are slow to add, and pin what they close over.
 */
export function observe(signal: AbortSignal, observer: AbortObserver): void {
  let hub = hubs.get(signal);
  if (hub === undefined) {
    hub = new Hub(signal);
    hubs.set(signal, hub);
  }
  hub.observers.add(observer);
}

/** Ends what {@link observe} began; does nothing when it has ended. */
export function unobserve(signal: AbortSignal, observer: AbortObserver): void {
  const hub = hubs.get(signal);
  if (hub?.observers.delete(observer) && hub.observers.size === 0) hub.close();
}
