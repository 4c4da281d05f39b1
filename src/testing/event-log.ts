import type { CadreEvent, Coordinator } from '../index.ts';

/** Which events of a log are wanted: those that fulfil everything that is said. */
export interface EventFilter {
  /** Events of this task, by its handle or id. */
  readonly task?:
    | string
    | {
        /** The task's id. */
        readonly id: string;
      }
    | undefined;
  /** Events of this run and of its steps' tasks, by its handle or id. */
  readonly run?:
    | string
    | {
        /** The run's id. */
        readonly id: string;
      }
    | undefined;
  /** Events of the step with this id. */
  readonly step?: string | undefined;
  /** Events of tasks for this target, such as `research` or `agent ada`. */
  readonly target?: string | undefined;
}

type Wanted = (event: CadreEvent) => boolean;

/**
 * What happened in a coordinator, in true order, from the moment at which {@link eventLog} was called.
 *
 * It counts as one listener in `coordinator.stats()` until it is stopped or the coordinator has closed; what it has
 * collected stays. It has no limit: it is made for tests.
 */
export class EventLog implements Disposable {
  readonly #collected: readonly CadreEvent[];
  readonly #wanted: Wanted;
  readonly #stop: () => void;

  /** @internal Made by {@link eventLog}. */
  constructor(collected: readonly CadreEvent[], wanted: Wanted, stop: () => void) {
    this.#collected = collected;
    this.#wanted = wanted;
    this.#stop = stop;
  }

  /** The events so far. */
  get events(): readonly CadreEvent[] {
    return this.#collected.filter(this.#wanted);
  }

  /** The types of the events so far, such as `task.started`. */
  get types(): readonly CadreEvent['type'][] {
    return this.events.map(({ type }) => type);
  }

  /** The agents that attempts were given to, in the order in which the attempts began; a name stands once for each attempt. */
  get agents(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'task.started' ? [event.agent] : []));
  }

  /** The part of this log that fulfils `filter`; it goes on with this one. */
  of(filter: EventFilter): EventLog {
    const facts = {
      taskId: idOf(filter.task),
      runId: idOf(filter.run),
      step: filter.step,
      target: filter.target,
    };
    const wanted = Object.entries(facts).filter(([, value]) => value !== undefined);
    const fulfils: Wanted = (event) =>
      this.#wanted(event) &&
      wanted.every(([key, value]) => (event as Readonly<Record<string, unknown>>)[key] === value);
    return new EventLog(this.#collected, fulfils, this.#stop);
  }

  /** Collects no more, and listens no more; so do the logs that are parts of this one. Idempotent. */
  stop(): void {
    this.#stop();
  }

  /** The same as `stop()`. */
  [Symbol.dispose](): void {
    this.#stop();
  }
}

/** Collects every event of `coordinator` from now on. */
export function eventLog(coordinator: Coordinator): EventLog {
  const collected: CadreEvent[] = [];
  const stop = coordinator.events.onAny((event) => collected.push(event));
  return new EventLog(collected, () => true, stop);
}

function idOf(value: string | { readonly id: string } | undefined): string | undefined {
  return typeof value === 'object' ? value.id : value;
}
