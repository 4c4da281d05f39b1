import { Alarm } from '../kernel/deadlines.ts';
import type { Runtime } from '../kernel/runtime.ts';

/** The times that a run waits for, beside its deadline and those of its attempts. */
export class Alarms {
  readonly #runtime: Runtime;
  readonly #set = new Set<Alarm>();
  /** None is due before. */
  #nextAt = Number.POSITIVE_INFINITY;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Calls `ring` once, when a time has come. @param at In epoch milliseconds. @returns What takes it back. */
  set(at: number, ring: () => void): Alarm {
    const { deadlines } = this.#runtime;
    const alarm: Alarm = new Alarm(() => {
      // Those who caught up may have been quicker than the timer.
      if (!this.#set.delete(alarm)) return;
      this.#runtime.tick();
      ring();
    });
    const now = this.#runtime.tick();
    // Also in the past: what is overdue rings in the order of its times.
    alarm.dueAt = now + at - this.#runtime.wallNow();
    this.#set.add(alarm);
    this.#nextAt = Math.min(this.#nextAt, alarm.dueAt);
    deadlines.arm(alarm, now);
    return alarm;
  }

  /** Rings those whose time has come and that the timer has not come to yet, in the order of their times. */
  catchUp(): void {
    const { now, deadlines } = this.#runtime;
    if (now < this.#nextAt) return;
    const due = [...this.#set].filter(({ dueAt }) => dueAt <= now).sort((a, b) => a.dueAt - b.dueAt);
    this.#nextAt = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#set) if (dueAt > now && dueAt < this.#nextAt) this.#nextAt = dueAt;
    for (const alarm of due) {
      deadlines.disarm(alarm);
      alarm.timeUp();
    }
  }

  clear(alarm: Alarm): void {
    this.#set.delete(alarm);
    this.#runtime.deadlines.disarm(alarm);
  }

  /** Takes all of them back. */
  close(): void {
    for (const alarm of this.#set) this.#runtime.deadlines.disarm(alarm);
    this.#set.clear();
  }
}
