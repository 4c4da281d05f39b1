import { EventEmitter } from 'eventemitter3';
import { Channel } from './channel.ts';
import { ignore, isThenable } from './functions.ts';
import { callable, parseOption, parseOptions, text, whole, withDefault } from './options.ts';

/** The least that every event carries. */
export interface BaseEvent {
  /** What happened, as `noun.verb-past`. */
  readonly type: string;
  /** When it happened, in epoch milliseconds. */
  readonly at: number;
}

/** Called with each event it asked for. What it returns or throws changes nothing for anybody else. */
export type EventListener<E> = (event: E) => unknown;

/** Options of {@link EventHub.stream}. */
export interface EventStreamOptions {
  /** Events kept for a slow reader; beyond it the oldest is dropped and counted. 1 or more. @default 1000 */
  readonly buffer?: number | undefined;
}

/** Events as they come, to be read with `for await`. */
export interface EventStream<E> extends AsyncIterableIterator<E, undefined>, AsyncDisposable {
  /** Events that were dropped because the reader was too slow. */
  readonly dropped: number;
}

const ANY = Symbol('any');
const listenerRule = callable<EventListener<never>>();
const streamRules = { buffer: withDefault(whole({ min: 1 }), 1_000) };

/**
 * The events of one coordinator, in the order in which things happened.
 *
 * Events report what has already happened. A listener that throws or rejects is counted and hurts nobody; one
 * that causes new events hears of them after everybody has heard of this one.
 */
export class EventHub<E extends BaseEvent = BaseEvent> {
  readonly #emitter = new EventEmitter<string | symbol>();
  readonly #waiting: E[] = [];
  readonly #streams = new Set<Channel<E>>();
  #emitting = false;
  #closed = false;
  #listeners = 0;
  #listenerErrors = 0;

  /** How many listeners and open streams there are. */
  get listenerCount(): number {
    return this.#listeners;
  }

  /** How many times a listener threw or rejected. */
  get listenerErrors(): number {
    return this.#listenerErrors;
  }

  /**
   * Calls `listener` with every event of `type`.
   *
   * @returns A function that ends it.
   * @throws InvalidOptionsError when `type` is no text or `listener` no function.
   */
  on<T extends E['type']>(type: T, listener: EventListener<Extract<E, { type: T }>>): () => void {
    parseOption('events.on', 'type', text, type);
    return this.#add(
      type,
      parseOption('events.on', 'listener', listenerRule, listener) as EventListener<never>,
    );
  }

  /** Like {@link on}, for the next event of `type` only. */
  once<T extends E['type']>(type: T, listener: EventListener<Extract<E, { type: T }>>): () => void {
    parseOption('events.once', 'listener', listenerRule, listener);
    const end = this.on(type, (event) => {
      end();
      return listener(event);
    });
    return end;
  }

  /** Calls `listener` with every event there is. Returns a function that ends it. */
  onAny(listener: EventListener<E>): () => void {
    return this.#add(
      ANY,
      parseOption('events.onAny', 'listener', listenerRule, listener) as EventListener<never>,
    );
  }

  /**
   * Every event from now on, to be read with `for await`.
   *
   * Ends when the coordinator closes; leaving the loop, or `await using`, ends it sooner. An open stream that nobody reads keeps at most `buffer` events.
   */
  stream(options?: EventStreamOptions): EventStream<E> {
    const { buffer } = parseOptions<{ buffer: number }>('events.stream', streamRules, options);
    const channel: Channel<E> = new Channel<E>(buffer, () => {
      this.#streams.delete(channel);
      end();
    });
    const end = this.onAny((event) => channel.push(event));
    this.#streams.add(channel);
    if (this.#closed) channel.close();
    return channel;
  }

  /** @internal True when an event of `type` would reach somebody: makers of events ask before they make one. */
  wants(type: E['type']): boolean {
    if (this.#listeners === 0) return false;
    return this.#emitter.listenerCount(type) > 0 || this.#emitter.listenerCount(ANY) > 0;
  }

  /** @internal Tells everybody. */
  emit(event: E): void {
    this.#waiting.push(event);
    if (this.#emitting) return;
    this.#emitting = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#emitter.emit(next.type, next);
      this.#emitter.emit(ANY, next);
    }
    this.#emitting = false;
  }

  /** @internal Forgets every listener, and ends every stream. */
  close(): void {
    this.#closed = true;
    for (const stream of this.#streams) stream.close();
    this.#emitter.removeAllListeners();
    this.#listeners = 0;
  }

  #add(type: string | symbol, listener: EventListener<never>): () => void {
    const guarded = (event: unknown): void => {
      try {
        const result = listener(event as never);
        if (isThenable(result)) Promise.resolve(result).then(ignore, this.#countError);
      } catch {
        this.#countError();
      }
    };
    // After the end there is nothing to hear.
    if (this.#closed) return ignore;
    this.#emitter.on(type, guarded);
    this.#listeners++;
    let active = true;
    return () => {
      if (!active) return;
      active = false;
      this.#emitter.off(type, guarded);
      this.#listeners = Math.max(0, this.#listeners - 1);
    };
  }

  readonly #countError = (): void => {
    this.#listenerErrors++;
  };
}
