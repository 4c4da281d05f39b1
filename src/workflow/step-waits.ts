import type { Alarm } from '../kernel/deadlines.ts';
import { HandlerError, TimeoutError } from '../kernel/errors.ts';
import { isThenable } from '../kernel/functions.ts';
import { validate } from '../kernel/schema.ts';
import type { Alarms } from './alarms.ts';
import { type GateTarget, questionOf } from './gates.ts';
import { type GateKeeper, OpenGate } from './open-gate.ts';
import type { OpenStep } from './resumption.ts';
import type { StepTarget } from './step.ts';
import type { TurnKeeper } from './step-runner.ts';
import { ringsAt, type SignalTarget, type TimerTarget } from './waits.ts';

type WaitTarget = SignalTarget | TimerTarget<never> | GateTarget;

/** True for a step that waits for something outside, and does no work. */
export function isWait(target: StepTarget): target is WaitTarget {
  const { kind } = target as { readonly kind?: unknown };
  return kind === 'signal' || kind === 'timer' || kind === 'gate';
}

/**
 * The steps of a run that wait: for a signal, for a time, for a decision. They take no slot, and what they wait for is
 * on record, so that they go on waiting under the next owner.
 */
export class StepWaits implements GateKeeper {
  readonly run: GateKeeper['run'];
  readonly #turns: TurnKeeper;
  readonly #alarms: Alarms;
  readonly #timers = new Map<number, Alarm>();
  readonly #gates = new Map<number, OpenGate>();
  /** Gates that are on their way into the store. */
  readonly #opening = new Set<number>();

  constructor(run: GateKeeper['run'], turns: TurnKeeper, alarms: Alarms) {
    this.run = run;
    this.#turns = turns;
    this.#alarms = alarms;
  }

  /** The gates that are open, in the order of their opening. */
  get gates(): Iterable<OpenGate> {
    return this.#gates.values();
  }

  /** The open gate of a step. */
  gateOf(step: number): OpenGate | undefined {
    return this.#gates.get(step);
  }

  /** A step begins to wait. @param input What its `input` gave, or what it sees. */
  start(step: number, input: unknown): void {
    const { plan, record, host } = this.run;
    const target = plan.targets[step] as WaitTarget;
    const id = plan.ids[step]!;
    const now = host.runtime.wallNow();
    if (target.kind === 'signal') {
      const timeout = plan.terms[step]!.policy?.timeout;
      const until = timeout === undefined || timeout === Number.POSITIVE_INFINITY ? undefined : now + timeout;
      record.stepStarted(step, 1, until === undefined ? undefined : { until });
      record.whenStored(() => this.#waitForSignal(step, target, until));
    } else if (target.kind === 'timer') {
      let until: number;
      try {
        until = ringsAt(id, target, input, now);
      } catch (error) {
        this.#turns.stepFailed(step, error);
        return;
      }
      record.stepStarted(step, 1, { until });
      record.whenStored(() => this.#waitForTime(step, until));
    } else {
      this.#openGate(step, target, input, now);
    }
  }

  /** A step waited when its last owner was gone: goes on. */
  resume(step: number, { course }: OpenStep): void {
    const target = this.run.plan.targets[step] as WaitTarget;
    const { at, details } = course.find(({ type }) => type === 'step.started')!;
    if (target.kind === 'signal') this.#waitForSignal(step, target, details?.until);
    else if (target.kind === 'timer') this.#waitForTime(step, details!.until!);
    else {
      const gate = new OpenGate(this, step, target, details!.ask!, at);
      this.#gates.set(step, gate);
      gate.resume(course, this.#alarms);
    }
  }

  /** A step waits no more. */
  cancel(step: number): void {
    this.#clearTimer(step);
    const target = this.run.plan.targets[step]!;
    if (isWait(target) && target.kind === 'signal') this.run.inbox.leave(target.name, this.#nameOf(step));
    this.#closeGate(step);
  }

  /** The run has ended. */
  close(): void {
    for (const [step, target] of this.run.plan.targets.entries())
      if (isWait(target) && target.kind === 'signal') this.run.inbox.leave(target.name, this.#nameOf(step));
    for (const step of [...this.#gates.keys()]) this.#closeGate(step);
    this.#timers.clear();
  }

  // What an open gate asks of its keeper.

  catchUp(): void {
    this.#alarms.catchUp();
  }

  gateDecided(step: number, decision: unknown, text: string | undefined): void {
    this.#closeGate(step);
    this.#turns.stepCompleted(step, decision, text);
  }

  gateFailed(step: number, error: unknown): void {
    const gate = this.#gates.get(step);
    this.#closeGate(step);
    this.#turns.stepFailed(step, error);
    if (gate?.cancelsSiblings !== true) return;
    for (const sibling of [...this.#gates.keys(), ...this.#opening]) {
      if (this.run.scope.ended) return;
      this.#closeGate(sibling);
      this.#turns.stepDropped(sibling, `gate "${this.run.plan.ids[step]}" was rejected`);
    }
  }

  #openGate(step: number, target: GateTarget, input: unknown, now: number): void {
    const { record, plan } = this.run;
    let ask: string;
    try {
      ask = questionOf(plan.ids[step]!, target, input as Readonly<Record<string, unknown>>);
    } catch (error) {
      this.#turns.stepFailed(step, new HandlerError(`the question of step "${plan.ids[step]}"`, error));
      return;
    }
    const until = target.deadline === Number.POSITIVE_INFINITY ? undefined : now + target.deadline;
    record.stepStarted(step, 1, until === undefined ? { ask } : { ask, until });
    this.#opening.add(step);
    record.whenStored(() => {
      this.#opening.delete(step);
      if (!this.#isOpen(step)) return;
      const gate = new OpenGate(this, step, target, ask, now);
      this.#gates.set(step, gate);
      gate.open(this.#alarms);
    });
  }

  #clearTimer(step: number): void {
    const timer = this.#timers.get(step);
    if (timer !== undefined) this.#alarms.clear(timer);
    this.#timers.delete(step);
  }

  #closeGate(step: number): void {
    this.#gates.get(step)?.close(this.#alarms);
    this.#gates.delete(step);
  }

  #waitForTime(step: number, until: number): void {
    if (!this.#isOpen(step)) return;
    const alarm = this.#alarms.set(until, () => {
      this.#timers.delete(step);
      if (this.#isOpen(step))
        this.#turns.stepCompleted(step, undefined, this.run.record.outputPayload(step, undefined));
    });
    this.#timers.set(step, alarm);
  }

  #waitForSignal(step: number, { name, schema }: SignalTarget, until: number | undefined): void {
    if (!this.#isOpen(step)) return;
    const deliver = (value: unknown, isChecked: boolean): void => {
      if (!this.#isOpen(step)) return;
      const done = (output: unknown): void => this.#complete(step, output);
      const refused = (error: unknown): void => this.#turns.stepFailed(step, error);
      try {
        const checked =
          schema === undefined || isChecked ? value : validate(schema, value, 'input', `signal "${name}"`);
        if (isThenable(checked)) Promise.resolve(checked).then(done, refused);
        else done(checked);
      } catch (error) {
        refused(error);
      }
    };
    const waiter = {
      by: this.#nameOf(step),
      catchUp: () => this.#alarms.catchUp(),
      taken: () => this.#clearTimer(step),
      deliver,
    };
    // What it had in time it has, however late it is now.
    if (this.run.inbox.resume(name, waiter)) return;
    if (until !== undefined) this.#giveUpAt(step, name, until);
    this.run.inbox.wait(name, waiter);
  }

  #giveUpAt(step: number, name: string, until: number): void {
    const alarm = this.#alarms.set(until, () => {
      this.#timers.delete(step);
      if (!this.#isOpen(step)) return;
      this.run.inbox.leave(name, this.#nameOf(step));
      const { timeout = 0 } = this.run.plan.terms[step]!.policy ?? {};
      this.#turns.stepFailed(step, new TimeoutError(`wait for signal "${name}"`, timeout));
    });
    this.#timers.set(step, alarm);
  }

  #complete(step: number, output: unknown): void {
    if (!this.#isOpen(step)) return;
    let text: string | undefined;
    try {
      text = this.run.record.outputPayload(step, output);
    } catch (error) {
      this.#turns.stepFailed(step, error);
      return;
    }
    this.#turns.stepCompleted(step, output, text);
  }

  #isOpen(step: number): boolean {
    const { scope, record } = this.run;
    return !scope.ended && record.state.isOpen(step);
  }

  #nameOf(step: number): string {
    return `${this.run.id}>${this.run.plan.ids[step]}`;
  }
}
