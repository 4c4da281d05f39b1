import { isDeepStrictEqual } from 'node:util';
import { type Line, undoOf } from './ledger.ts';
import type { Look } from './record.ts';
import { RunOnRecord } from './run-on-record.ts';

/** Sizes of what was looked at. */
export interface Seen {
  readonly entries: number;
  readonly accepted: number;
  readonly took: number;
  readonly begun: number;
  readonly begunAgain: number;
  readonly signals: number;
}

/** Complaints that are kept in words; the others are counted. */
const KEPT = 50;

/** Compares what the lives did with what is on record, after every life. */
export class Checker {
  readonly runs: Map<string, RunOnRecord> = new Map();
  /** What is wrong, the first of it. */
  readonly violations: string[] = [];
  violationCount = 0;
  #life = 0;
  readonly #accepted = new Map<string, Extract<Line, { what: 'accepted' }>>();
  readonly #results = new Map<string, Extract<Line, { what: 'result' }>>();
  readonly #sent = new Map<string, number>();
  /** The attempts whose bodies have begun, by run and step. */
  readonly #begun = new Map<string, number[]>();
  #entries = 0;
  #took = 0;
  #begins = 0;
  #begunAgain = 0;

  get seen(): Seen {
    return {
      entries: this.#entries,
      accepted: this.#accepted.size,
      took: this.#took,
      begun: this.#begins,
      begunAgain: this.#begunAgain,
      signals: [...this.#sent.values()].reduce((sum, count) => sum + count, 0),
    };
  }

  /** Notes something that must not be. */
  complain(what: string): void {
    if (this.violationCount++ < KEPT) this.violations.push(`life ${this.#life}: ${what}`);
  }

  /** A life has ended. @param lines What it did. @param look What is on record now. */
  lifeEnded(lines: readonly Line[], { entries, changed }: Look): void {
    this.#life++;
    this.#checkNothingAgain(lines);
    if (changed !== undefined) this.complain(`what was on record has changed: ${changed}`);
    this.#entries += entries.length;
    for (const { run, sequence, entry } of entries) this.#runOf(run, entry).add(sequence, entry);
    for (const line of lines) this.#checkLine(line);
    for (const id of new Set(entries.map(({ run }) => run))) this.#checkEnd(this.runs.get(id)!);
  }

  /** The last life has ended, and nothing may be open any more. */
  allEnded(): void {
    for (const line of this.#accepted.values())
      if (!this.runs.has(line.run)) this.complain(`run ${line.run} was accepted and is not on record`);
    for (const { id, workflow, end } of this.runs.values())
      if (end === undefined) this.complain(`run ${id} of ${workflow} has no end`);
    for (const [run, count] of this.#sent) {
      const onRecord = this.runs.get(run)?.signals ?? 0;
      if (onRecord < count)
        this.complain(`run ${run}: ${count} signals were accepted, ${onRecord} on record`);
    }
  }

  /** What was on record when the life began must not begin in it, nor what has come to its end in it. */
  #checkNothingAgain(lines: readonly Line[]): void {
    const done = new Set<string>();
    for (const line of lines) {
      if (line.what !== 'begin' && line.what !== 'end') continue;
      const { run, step } = line;
      const name = `${run} ${step}`;
      if (line.what === 'end') {
        if (line.ok) done.add(name);
      } else if (this.runs.get(run)?.steps.get(step)?.completed === true) {
        this.complain(`run ${run}: ${step} is on record as completed, and began again`);
      } else if (done.has(name)) {
        this.complain(`run ${run}: ${step} has come to its end, and began again in the same life`);
      }
    }
  }

  #runOf(id: string, entry: Line | object): RunOnRecord {
    const found = this.runs.get(id);
    if (found !== undefined) return found;
    const made = new RunOnRecord(id, entry as never, (what) => this.complain(what));
    this.runs.set(id, made);
    return made;
  }

  /** Whatever a life did, and whatever it said to the world, must be on record when it is dead. */
  #checkLine(line: Line): void {
    const { run: id } = line;
    const run = this.runs.get(id);
    switch (line.what) {
      case 'begin':
        this.#checkBegin(run, line);
        break;
      case 'end': {
        const step = run?.steps.get(line.step);
        const isLast = step?.completed === true && step.attempt === line.attempt;
        if (isLast && line.output !== undefined && !line.step.includes('>'))
          this.#same(`run ${id}: output of ${line.step}`, step.output, line.output);
        break;
      }
      case 'accepted':
        if (run === undefined) this.complain(`run ${id} was accepted and is not on record`);
        this.#accepted.set(id, line);
        break;
      case 'sent':
        this.#sent.set(id, (this.#sent.get(id) ?? 0) + 1);
        break;
      case 'result': {
        if (this.#results.has(id)) this.complain(`run ${id} has ended twice`);
        this.#results.set(id, line);
        const type = line.ok ? 'run.completed' : 'run.failed';
        if (run?.end?.type !== type)
          this.complain(`run ${id}: the world knows of its end, the record does not`);
        else if (line.ok) this.#same(`run ${id}: output`, run.end.output, line.output);
        break;
      }
      case 'took':
        this.#took++;
        break;
      case 'lost':
        this.complain(`run ${id} was left: ${line.why}`);
        break;
    }
  }

  #checkBegin(
    run: RunOnRecord | undefined,
    { run: id, step, attempt }: Extract<Line, { what: 'begin' }>,
  ): void {
    this.#begins++;
    if (run === undefined) {
      this.complain(`run ${id}: ${step} began, and the run is not on record`);
      return;
    }
    const onRecord = run.step(step).attempt;
    if (onRecord < attempt) this.complain(`run ${id}: attempt ${attempt} at ${step} is not on record`);
    for (const before of run.expected.after[step] ?? [])
      if (!run.step(before).completed) this.complain(`run ${id}: ${step} began, ${before} is not on record`);
    const name = `${id} ${step}`;
    const attempts = this.#begun.get(name) ?? [];
    if (attempts.includes(attempt)) this.complain(`run ${id}: attempt ${attempt} at ${step} began twice`);
    attempts.push(attempt);
    if (attempts.length === 2) this.#begunAgain++;
    this.#begun.set(name, attempts);
  }

  /** A run that has ended must have ended as its workflow does. */
  #checkEnd(run: RunOnRecord): void {
    const { id, input, end, expected } = run;
    if (end === undefined) return;
    if (run.parent !== undefined) {
      const parent = this.runs.get(run.parent.runId);
      if (parent?.steps.has(run.parent.step) !== true)
        this.complain(`run ${id}: what it is part of is not there`);
      return;
    }
    if (expected.fails === true) {
      const order = run.completed.filter((step) => ['a', 'b', 'c'].includes(step)).reverse();
      const undone = end.undo?.undone ?? [];
      if (end.type !== 'run.failed') this.complain(`run ${id} ended with ${end.type}`);
      this.#same(`run ${id}: undone, by its report`, undone, order);
      this.#same(`run ${id}: undone, in the order of beginning`, run.undone, order);
      for (const step of order)
        if (!run.step(undoOf(step)).completed) this.complain(`run ${id}: ${step} was not undone`);
      return;
    }
    if (expected.mayBeInterrupted === true && end.type === 'run.failed') {
      const failed = [...run.steps.values()].find((step) => step.failed);
      if (failed?.attempt !== expected.restarts + 1)
        this.complain(`run ${id} failed after ${failed?.attempt} attempts`);
      return;
    }
    if (end.type !== 'run.completed') this.complain(`run ${id} ended with ${end.type}`);
    else this.#same(`run ${id}: result`, end.output, expected.output?.(input as number));
  }

  #same(what: string, found: unknown, wanted: unknown): void {
    if (!isDeepStrictEqual(found, wanted))
      this.complain(`${what} is ${JSON.stringify(found)}, and not ${JSON.stringify(wanted)}`);
  }
}
