import { checkPayload, encodePayload, isFlat } from '../kernel/payload.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { RunEvent } from './events.ts';
import {
  type EntryDetails,
  RUN_CANCELLED,
  RUN_COMPLETED,
  RUN_FAILED,
  RUN_STARTED,
  RUN_SUSPENDED,
  RUN_UNDO_STARTED,
  type RunEntry,
  RunHistory,
  typeName,
  typeOf,
} from './history.ts';
import type { Plan } from './plan.ts';
import type { RunJournal } from './run-journal.ts';
import { eventOf, type RecordedRun, type RunPlace, type RunSnapshot, snapshotOf } from './snapshot.ts';
import { RunState, type RunStatus } from './state.ts';
import { StepTimes } from './step-times.ts';
import { entryText, type StoredRun } from './stored-run.ts';

/**
 * What is known of a run: its history, and the state that follows from it.
 *
 * Of a run that is kept in a store the state knows first, so that the run can go on; history and world hear of it when it
 * is stored.
 */
export class RunLog implements RecordedRun {
  readonly plan: Plan;
  readonly state: RunState;
  readonly place: RunPlace;
  /** The wall time of the first entry; times in state and history count from it. */
  wallStart = 0;
  readonly #runtime: Runtime;
  readonly #history: RunHistory;
  /** How large a payload may be. */
  readonly #limit: number;
  /** Set for a run that is kept in a store. */
  #journal: RunJournal | undefined;
  /** The status that the world knows. */
  #told: RunStatus = 'pending';
  #times: StepTimes | undefined;
  /** The monotonic time that the times of entries count from. */
  #start: number | undefined;

  constructor(runtime: Runtime, plan: Plan, place: RunPlace, payloadLimit: number) {
    this.plan = plan;
    this.state = new RunState(plan);
    this.#history = new RunHistory(plan.steps.length);
    this.#runtime = runtime;
    this.#limit = payloadLimit;
    this.place = place;
  }

  /** Where the run stands, as far as it is stored. */
  get status(): RunStatus {
    return this.#journal === undefined ? this.state.status : this.#told;
  }

  /** True when the run is kept in a store. */
  get isStored(): boolean {
    return this.#journal !== undefined;
  }

  /** From now on everything is stored before anybody hears of it. */
  keepIn(journal: RunJournal): void {
    this.#journal = journal;
  }

  /** Calls `effect` when everything that has happened so far is stored; at once where nothing is. */
  whenStored(effect: () => void): void {
    if (this.#journal === undefined) effect();
    else this.#journal.whenStored(effect);
  }

  /**
   * The text under which a value is stored; undefined where nothing is, and then it is only looked at.
   *
   * @throws UnstorableError
   */
  payload(what: string, value: unknown): string | undefined {
    return this.#payload(() => what, value);
  }

  /** The same for the output of a step. @throws UnstorableError */
  outputPayload(step: number, output: unknown): string | undefined {
    // Most outputs of steps that are many are small: not even the words for an error are made then.
    if (this.#journal === undefined && isFlat(output)) return undefined;
    return this.#payload(() => `output of step "${this.plan.ids[step]}"`, output);
  }

  #payload(what: () => string, value: unknown): string | undefined {
    if (this.#journal !== undefined) return encodePayload(what, value, this.#limit);
    checkPayload(what, value, this.#limit);
    return undefined;
  }

  /** When the run started, in epoch milliseconds. */
  get startedAt(): number {
    return this.wallStart + (this.state.startedAt ?? 0);
  }

  /** When the run ended, in epoch milliseconds; undefined until then. */
  get endedAt(): number | undefined {
    return this.state.endedAt === undefined ? undefined : this.wallStart + this.state.endedAt;
  }

  /** Everything that has happened and is stored. */
  *entries(): Generator<RunEntry> {
    for (let index = 0; index < this.#history.size; index++) yield this.#history.entry(index);
  }

  /** Takes in what is stored of the run, from its beginning. */
  restore({ entries }: StoredRun): void {
    this.wallStart = entries[0]?.at ?? 0;
    let last = 0;
    for (const { type, at, step, details, output } of entries) {
      const number = step === undefined ? -1 : this.plan.index.get(step)!;
      last = Math.max(last, at - this.wallStart);
      this.state.apply({ type, at: last, step: number, details }, output);
      this.#history.push(typeOf(type)!, last, number, details);
    }
    this.#told = this.state.status;
    // A wall clock that was set back must not let what comes now have been before.
    const sinceStart = Math.max(last, this.#runtime.wallNow() - this.wallStart);
    this.#start = this.#runtime.now - sinceStart;
  }

  /** Tells of something that is no part of the history. */
  progressed(step: string, value: unknown): void {
    const { events } = this.#runtime;
    if (!events.wants('step.progressed')) return;
    this.#runtime.tick();
    const { runId, workflow, parent } = this.place;
    const sinceStart = this.at();
    const facts = {
      at: this.wallStart + sinceStart,
      runId,
      workflow,
      ...(parent === undefined ? {} : { parent }),
    };
    const event: RunEvent = { ...facts, type: 'step.progressed', step, value };
    events.emit(event);
  }

  /** Nothing more will happen. */
  close(): void {
    this.#history.close();
  }

  events(): AsyncIterableIterator<RunEvent, undefined> {
    return this.#history.read((entry) => eventOf(this, entry));
  }

  /** Made when somebody first asks. */
  get times(): StepTimes {
    this.#times ??= new StepTimes(this.#history, this.plan.steps.length);
    return this.#times;
  }

  snapshot(): RunSnapshot {
    return snapshotOf(this.#journal === undefined ? this : { ...this.#facts(), state: this.#toldState() });
  }

  #facts(): Omit<RecordedRun, 'state'> {
    return { place: this.place, plan: this.plan, times: this.times, wallStart: this.wallStart };
  }

  /** The state without what is not stored yet. */
  #toldState(): RunState {
    const state = new RunState(this.plan);
    for (const entry of this.entries()) {
      state.apply(entry, entry.step < 0 ? undefined : this.state.outputs[entry.step]);
    }
    return state;
  }

  /** The time of what happens now. */
  protected at(): number {
    if (this.#start === undefined) {
      this.#start = this.#runtime.now;
      this.wallStart = this.#runtime.wallNow();
    }
    return Math.round(this.#runtime.now - this.#start);
  }

  /**
   * Adds an entry to the history, and tells it; when it is stored, where it is.
   *
   * @param payload The text of what is stored with it.
   * @param facts What is stored and not told.
   */
  protected add(
    type: number,
    at: number,
    step: number,
    details: EntryDetails | undefined,
    payload?: string,
    facts?: object,
  ): void {
    if (this.#journal === undefined) {
      this.tell(type, at, step, details);
      return;
    }
    const text = entryText({
      type: typeName(type),
      at: this.wallStart + at,
      step: this.plan.ids[step],
      details: facts ?? details,
      payload,
    });
    this.#journal.add(text, () => this.tell(type, at, step, details));
  }

  protected tell(type: number, at: number, step: number, details: EntryDetails | undefined): void {
    if (step < 0) this.#told = statusAfter(type, details) ?? this.#told;
    this.#history.push(type, at, step, details);
    const { events } = this.#runtime;
    if (events.wants(typeName(type))) events.emit(eventOf(this, this.#history.entry(this.#history.size - 1)));
  }
}

/** Where a run stands after an entry that is about it; undefined when the entry does not say. */
function statusAfter(type: number, details: EntryDetails | undefined): RunStatus | undefined {
  switch (type) {
    case RUN_STARTED:
      return 'running';
    case RUN_COMPLETED:
      return details?.failures === undefined ? 'completed' : 'partially-completed';
    case RUN_FAILED:
      return 'failed';
    case RUN_CANCELLED:
      return 'cancelled';
    case RUN_SUSPENDED:
      return 'suspended';
    case RUN_UNDO_STARTED:
      return 'undoing';
    default:
      return undefined;
  }
}
