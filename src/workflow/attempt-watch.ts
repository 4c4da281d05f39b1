import { Alarm } from '../kernel/deadlines.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { Scope } from '../kernel/scope.ts';
import type { StepAttempt } from './attempt.ts';

/**
 * The one deadline behind which those of all attempts of a run wait: the nearest of them, or one that was nearer. The
 * attempts under way are looked through when its time has come, which is cheaper than a deadline each.
 */
export class AttemptWatch {
  readonly #run: Scope;
  readonly #runtime: Runtime;
  readonly #running: readonly StepAttempt[];
  readonly #alarm = new Alarm(() => this.#expire());

  /** @param running The attempts under way; others' to change. */
  constructor(run: Scope, runtime: Runtime, running: readonly StepAttempt[]) {
    this.#run = run;
    this.#runtime = runtime;
    this.#running = running;
  }

  /** Looks through the attempts at `dueAt` at the latest; the run's own time is watched without it. */
  lookAt(dueAt: number): void {
    const alarm = this.#alarm;
    if (dueAt >= alarm.dueAt || dueAt >= this.#run.dueAt) return;
    const { deadlines, now } = this.#runtime;
    deadlines.disarm(alarm);
    alarm.dueAt = dueAt;
    deadlines.arm(alarm, now);
  }

  end(): void {
    this.#runtime.deadlines.disarm(this.#alarm);
  }

  /** Ends the attempts whose time is up. */
  #expire(): void {
    const run = this.#run;
    const now = this.#runtime.tick();
    this.#alarm.dueAt = Number.POSITIVE_INFINITY;
    if (run.dueAt <= now) run.expire(now);
    // A list of their own: an attempt whose time is up leaves that of the run, and others may start.
    const overdue = this.#running.filter(({ dueAt }) => dueAt <= now);
    for (const attempt of overdue.sort(byStep)) attempt.timeUp();
    let next = run.dueAt;
    for (const { dueAt } of this.#running) if (dueAt < next) next = dueAt;
    if (!run.ended) this.lookAt(next);
  }
}

/** What happens to many attempts at once happens in the order of the definition. */
export function byStep(a: StepAttempt, b: StepAttempt): number {
  return a.step - b.step;
}
