import type { Alarm } from '../kernel/deadlines.ts';
import { HandlerError, InvalidOptionsError, TimeoutError } from '../kernel/errors.ts';
import { checkName } from '../kernel/names.ts';
import { optional, parseOptions } from '../kernel/options.ts';
import { validate } from '../kernel/schema.ts';
import type { Alarms } from './alarms.ts';
import { DecisionRefusedError, GateRejectedError } from './errors.ts';
import {
  approvalOf,
  type GateEvent,
  type GateState,
  nextGateMoment,
  OPEN_GATE,
  reduceGate,
  rolesOf,
  voteFault,
} from './gate-state.ts';
import type { GateTarget } from './gates.ts';
import type { DecideOptions, PendingGate } from './handle.ts';
import { GateNotOpenError } from './run-errors.ts';
import type { RunOfSteps } from './step-runs.ts';
import type { StoredEntry } from './stored-run.ts';

/** Whoever a gate was opened by. */
export interface GateKeeper {
  readonly run: RunOfSteps & { readonly result: Promise<unknown> };
  catchUp(): void;
  gateDecided(step: number, decision: unknown, text: string | undefined): void;
  gateFailed(step: number, error: unknown): void;
}

/** What the votes of somebody without a name are counted under: together they are one. */
const NOBODY = 'nobody in particular';

interface Decider {
  readonly by: string | undefined;
  readonly role: string | undefined;
}

const deciderRules = {
  by: optional<string>((value) => checkName('person', value)),
  role: optional<string>((value) => checkName('role', value)),
};

/** A question that waits for its answer. */
export class OpenGate {
  readonly #keeper: GateKeeper;
  readonly #step: number;
  readonly #target: GateTarget;
  readonly #ask: string;
  /** In epoch milliseconds. */
  readonly #openedAt: number;
  #state: GateState = OPEN_GATE;
  #alarm: Alarm | undefined;
  #closed = false;

  constructor(keeper: GateKeeper, step: number, target: GateTarget, ask: string, openedAt: number) {
    this.#keeper = keeper;
    this.#step = step;
    this.#target = target;
    this.#ask = ask;
    this.#openedAt = openedAt;
  }

  /** Whether the other gates of the run close when this one is rejected. */
  get cancelsSiblings(): boolean {
    return this.#target.onReject === 'cancel-siblings' && this.#state.status === 'rejected';
  }

  /** Begins to watch its time. */
  open(alarms: Alarms): void {
    this.#watch(alarms);
  }

  /** Goes on under a new owner, from what is on record since its opening. */
  resume(course: readonly StoredEntry[], alarms: Alarms): void {
    for (const { type, details, output } of course) {
      if (type === 'gate.escalated') this.#state = this.#after({ type: 'escalated' });
      if (type !== 'gate.voted') continue;
      const { by = NOBODY, role } = details ?? {};
      this.#state = this.#after({ type: 'decided', vote: { person: by, role, value: output } });
    }
    this.#watch(alarms);
  }

  close(alarms: Alarms): void {
    this.#closed = true;
    if (this.#alarm !== undefined) alarms.clear(this.#alarm);
  }

  async decide(decision: unknown, options: DecideOptions | undefined): Promise<void> {
    const { run } = this.#keeper;
    const decider = parseOptions<Decider>('decide', deciderRules, options);
    if (decider.by === undefined && this.#target.quorum > 1)
      throw new InvalidOptionsError('decide', 'by', 'a name where several must agree', undefined);
    const vote = { person: decider.by ?? NOBODY, role: decider.role };
    // Looked at before and after a schema that takes its time: who may not decide learns nothing of it.
    this.#demandPermission(vote);
    // What could not be stored is not shown to a schema, and no promise is waited for as if it were one of the schema's.
    if (this.#target.schema !== undefined) run.record.payload(`decision of gate "${this.#id}"`, decision);
    const value = await this.#unlessItEnds(this.#checked(decision));
    const text = run.record.payload(`decision of gate "${this.#id}"`, value);
    this.#demandPermission(vote);
    const state = this.#after({ type: 'decided', vote: { ...vote, value } });
    run.record.gateVoted(this.#step, vote.person, vote.role, text);
    this.#enter(state, text);
    await new Promise<void>((resolve, reject) => {
      run.record.whenStored(resolve);
      // Its loss is that of the decision; any other end comes after what was decided is stored.
      run.result.catch(reject);
    });
  }

  /** For whoever is to decide. */
  show(): PendingGate {
    const { run } = this.#keeper;
    const { deadline, quorum } = this.#target;
    const open = this.#state.status === 'open' ? this.#state : undefined;
    return {
      runId: run.id,
      workflow: run.definition.name,
      step: this.#id,
      ask: this.#ask,
      by: rolesOf(this.#target, open?.escalations ?? 0),
      quorum,
      votes: open?.votes.map(({ person }) => person) ?? [],
      openedAt: this.#openedAt,
      deadlineAt: deadline === Number.POSITIVE_INFINITY ? undefined : this.#openedAt + deadline,
    };
  }

  get #id(): string {
    return this.#keeper.run.plan.ids[this.#step]!;
  }

  #demandPermission(vote: { readonly person: string; readonly role: string | undefined }): void {
    const { id, host } = this.#keeper.run;
    host.runtime.tick();
    // What comes at its deadline or later does not count, whichever callback runs first.
    this.#keeper.catchUp();
    const fault = this.#closed ? 'closed' : voteFault(this.#target, this.#state, vote);
    if (fault === 'closed') throw new GateNotOpenError(id, this.#id);
    if (fault !== undefined) throw new DecisionRefusedError(id, this.#id, fault);
  }

  async #checked(decision: unknown): Promise<unknown> {
    const { schema } = this.#target;
    if (schema !== undefined) return validate(schema, decision, 'input', `gate "${this.#id}"`);
    const approval = approvalOf(decision);
    if (approval === undefined)
      throw new InvalidOptionsError(
        'decide',
        'decision',
        '{ approved: true or false, comment?: text }',
        decision,
      );
    return approval;
  }

  /** A schema that takes its time does not outlive the run. */
  #unlessItEnds(checked: Promise<unknown>): Promise<unknown> {
    const { run } = this.#keeper;
    return new Promise((resolve, reject) => {
      checked.then(resolve, reject);
      const gone = (): void => reject(new GateNotOpenError(run.id, this.#id));
      run.result.then(gone, gone);
    });
  }

  #watch(alarms: Alarms): void {
    const moment = nextGateMoment(this.#target, this.#state);
    if (moment === Number.POSITIVE_INFINITY || this.#closed) return;
    this.#alarm = alarms.set(this.#openedAt + moment, () => {
      if (this.#closed || this.#state.status !== 'open') return;
      const { escalations } = this.#state;
      const escalates = escalations < this.#target.escalate.length;
      if (escalates) this.#keeper.run.record.gateEscalated(this.#step, escalations + 1);
      try {
        this.#enter(this.#after({ type: escalates ? 'escalated' : 'expired' }), undefined);
      } catch (error) {
        this.#keeper.gateFailed(this.#step, error);
      }
      this.#watch(alarms);
    });
  }

  /** @throws HandlerError when the definition's code throws. */
  #after(event: GateEvent): GateState {
    try {
      return reduceGate(this.#target, this.#state, event);
    } catch (error) {
      throw new HandlerError(`gate "${this.#id}"`, error);
    }
  }

  /** Ends the step, if that was all it waited for. */
  #enter(state: GateState, text: string | undefined): void {
    this.#state = state;
    if (state.status === 'open') return;
    if (state.status === 'expired') {
      this.#keeper.gateFailed(this.#step, new TimeoutError(`gate "${this.#id}"`, this.#target.deadline));
    } else if (state.status === 'rejected' && this.#target.onReject !== 'continue') {
      this.#keeper.gateFailed(this.#step, new GateRejectedError(this.#id, state.value, state.by));
    } else {
      const { record } = this.#keeper.run;
      this.#keeper.gateDecided(
        this.#step,
        state.value,
        text ?? record.outputPayload(this.#step, state.value),
      );
    }
  }
}
