import type { Runtime } from '../kernel/runtime.ts';
import type { RunEvent } from './events.ts';
import { RunHistory } from './history.ts';
import type { Plan } from './plan.ts';
import { eventOf, type RunIdentity, type RunSnapshot, snapshotOf } from './snapshot.ts';
import { initialState, type RunEntry, type RunState, reduce } from './state.ts';

/**
 * What is known of a run: its history, and the state that follows from it.
 *
 * Each thing that happens is added to the state, then to the history, then told as an event.
 */
export class RunRecord {
  readonly state: RunState;
  readonly #plan: Plan;
  readonly #identity: RunIdentity;
  readonly #runtime: Runtime;
  readonly #history = new RunHistory();
  readonly #wallOffset: number;

  constructor(runtime: Runtime, plan: Plan, identity: RunIdentity) {
    this.#runtime = runtime;
    this.#plan = plan;
    this.#identity = identity;
    this.state = initialState(plan);
    this.#wallOffset = runtime.clock.now() - runtime.tick();
  }

  /** The wall time of what happens now: that of the beginning, and what has passed since on the monotonic clock. */
  get at(): number {
    return Math.round(this.#wallOffset + this.#runtime.now);
  }

  add(entry: RunEntry): void {
    reduce(this.#plan, this.state, entry);
    this.#history.push(entry);
    const { events } = this.#runtime;
    if (events.wants(entry.type)) events.emit(eventOf(this.#identity, this.#plan, this.state, entry));
  }

  /** Tells of something that is no part of the history. */
  progressed(step: string, value: unknown): void {
    const { events } = this.#runtime;
    if (!events.wants('step.progressed')) return;
    this.#runtime.tick();
    const { parent, ...identity } = this.#identity;
    const facts = { at: this.at, ...identity, ...(parent === undefined ? {} : { parent }) };
    const event: RunEvent = { ...facts, type: 'step.progressed', step, value };
    events.emit(event);
  }

  /** Nothing more will happen. */
  close(): void {
    this.#history.close();
  }

  events(): AsyncIterableIterator<RunEvent, undefined> {
    return this.#history.read((entry) => eventOf(this.#identity, this.#plan, this.state, entry));
  }

  snapshot(): RunSnapshot {
    return snapshotOf(this.#identity, this.#plan, this.state);
  }
}
