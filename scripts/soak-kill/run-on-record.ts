import { type Expected, expected } from './expected.ts';
import { undoOf } from './ledger.ts';
import type { Entry } from './record.ts';

/** What is on record of one step, or of its undo. */
interface StepOnRecord {
  /** The number of the last attempt that began. */
  attempt: number;
  /** Attempts that failed, and were made again. */
  retried: number;
  completed: boolean;
  failed: boolean;
  output: unknown;
}

const ENDS: ReadonlySet<string> = new Set(['run.completed', 'run.failed', 'run.cancelled']);

/** What is on record of one run, checked entry by entry against what the journal of a run can be. */
export class RunOnRecord {
  readonly id: string;
  readonly workflow: string;
  readonly input: unknown;
  readonly parent: Entry['parent'];
  /** The entry with which it ended. */
  end: Entry | undefined;
  signals = 0;
  readonly steps: Map<string, StepOnRecord> = new Map();
  /** Steps that completed, in that order. */
  readonly completed: string[] = [];
  /** Steps whose undoing began, in that order. */
  readonly undone: string[] = [];
  readonly #expected: Expected;
  readonly #complain: (what: string) => void;
  #last = 0;
  #until = 0;

  /** @param complain Told of everything that must not be. */
  constructor(id: string, { type, workflow = '', input, parent }: Entry, complain: (what: string) => void) {
    this.id = id;
    this.workflow = workflow;
    this.input = input;
    this.parent = parent;
    this.#complain = (what) => complain(`run ${id}: ${what}`);
    const known = expected[workflow];
    if (type !== 'run.started' || known === undefined)
      this.#complain(`begins with ${type} of workflow ${workflow}`);
    this.#expected = known ?? { after: {}, attempts: 1, restarts: 0 };
  }

  get expected(): Expected {
    return this.#expected;
  }

  /** The next entry of its stream. */
  add(sequence: number, entry: Entry): void {
    const { type, step } = entry;
    if (sequence !== ++this.#last) this.#complain(`entry ${sequence} comes after ${this.#last - 1}`);
    if (this.end !== undefined) this.#complain(`${type} after its end`);
    if (ENDS.has(type)) this.end = entry;
    else if (type === 'signal.received') this.signals++;
    else if (step !== undefined) this.#addTo(step, entry);
  }

  /** What is on record of a step, or of an undo. */
  step(id: string): StepOnRecord {
    const found = this.steps.get(id);
    if (found !== undefined) return found;
    const made = { attempt: 0, retried: 0, completed: false, failed: false, output: undefined };
    this.steps.set(id, made);
    return made;
  }

  #addTo(id: string, { type, attempt = 1, output, until, at }: Entry): void {
    const name = type.startsWith('undo.') ? undoOf(id) : id;
    const step = this.step(name);
    if (step.completed || step.failed) this.#complain(`${type} of ${id} after its end`);
    switch (type) {
      case 'undo.started':
        if (step.attempt === 0) this.undone.push(id);
        this.#begin(name, step, attempt);
        break;
      case 'step.started': {
        const missing = (this.#expected.after[id] ?? [id]).filter((before) => !this.step(before).completed);
        if (missing.length > 0) this.#complain(`${id} began before the end of ${missing.join(', ')}`);
        if (until !== undefined) this.#until = until;
        this.#begin(name, step, attempt);
        break;
      }
      case 'step.retried':
      case 'undo.retried':
        step.retried++;
        if (attempt !== step.attempt + 1) this.#complain(`${name} is to be made again as ${attempt}`);
        break;
      case 'step.completed':
      case 'undo.completed':
        if (step.attempt === 0) this.#complain(`${name} completed before it began`);
        if (at + 1 < this.#until && id === 'wait')
          this.#complain(`the timer rang ${this.#until - at} ms early`);
        step.completed = true;
        step.output = output;
        if (name === id) this.completed.push(id);
        break;
      case 'step.failed':
      case 'undo.failed':
        step.failed = true;
        break;
    }
  }

  #begin(name: string, step: StepOnRecord, attempt: number): void {
    const { attempts, restarts } = this.#expected;
    if (attempt !== step.attempt + 1) this.#complain(`${name}: attempt ${attempt} after ${step.attempt}`);
    step.attempt = attempt;
    // An undo may fail once more often than the steps of its workflow.
    const most = name.includes('>') ? attempts + 1 : attempts;
    if (step.retried >= most) this.#complain(`${name} failed ${step.retried} times and began again`);
    if (attempt - 1 - step.retried > restarts)
      this.#complain(`${name} was begun again ${attempt - 1 - step.retried} times after a cut`);
  }
}
