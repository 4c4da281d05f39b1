import { FullError } from '../kernel/errors.ts';
import type { RunRecord } from './run-record.ts';

/** Signals that nobody waits for yet. */
const LIMIT = 1_000;

/** The run that keeps the signals. */
interface OutermostRun {
  readonly ended: boolean;
  readonly result: Promise<unknown>;
}

/** A step that waits for a signal. */
export interface Waiter {
  /** Its run and its id. */
  readonly by: string;
  /** Called before something is given to it: it leaves if its time was up. */
  readonly catchUp: () => void;
  /** Called when something is given to it: from now on its time does not count. */
  readonly taken: () => void;
  /** Called with it. @param checked True when a schema has seen it. */
  readonly deliver: (value: unknown, checked: boolean) => void;
}

/**
 * The signals of a run and of all runs that are part of it. Kept by the outermost one, in whose history it stands who
 * got which: each is taken by one step, in the order of sending, and the steps that wait longest get theirs first.
 */
export class Inbox {
  readonly #record: RunRecord;
  readonly #waiting = new Map<string, Waiter[]>();
  readonly #run: OutermostRun;

  constructor(record: RunRecord, run: OutermostRun) {
    this.#record = record;
    this.#run = run;
  }

  /** Resolves when what was sent so far is stored; rejects when the run is lost before. */
  stored(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#record.whenStored(resolve);
      this.#run.result.catch(reject);
    });
  }

  /** Takes in a signal. @param text That of the value, where it is stored. @throws FullError */
  send(name: string, value: unknown, text: string | undefined, checked: boolean): void {
    if (this.#record.state.letters.untaken >= LIMIT) throw new FullError('list of signals', LIMIT);
    for (const { catchUp } of [...(this.#waiting.get(name) ?? [])]) catchUp();
    this.#offer(this.#record.signalReceived(name, value, text, checked), name);
  }

  /** Gives a step the signal that it had taken under an earlier owner. @returns False when there is none. */
  resume(name: string, waiter: Waiter): boolean {
    for (const [number, letter] of this.#record.state.letters) {
      if (letter.name !== name || letter.takenBy !== waiter.by) continue;
      this.#deliver(number, waiter);
      return true;
    }
    return false;
  }

  /** Waits for a signal, unless there is one. */
  wait(name: string, waiter: Waiter): void {
    let free: number | undefined;
    for (const [number, letter] of this.#record.state.letters) {
      if (letter.name === name && letter.takenBy === undefined) free ??= number;
    }
    if (free !== undefined) {
      this.#give(free, waiter);
      return;
    }
    const waiters = this.#waiting.get(name);
    if (waiters === undefined) this.#waiting.set(name, [waiter]);
    else waiters.push(waiter);
  }

  /** A step waits no more. What it has taken and not got yet is there for the next. */
  leave(name: string, by: string): void {
    this.#takeBack(name, by);
    const waiters = this.#waiting.get(name)?.filter((waiter) => waiter.by !== by);
    if (waiters === undefined) return;
    if (waiters.length === 0) this.#waiting.delete(name);
    else this.#waiting.set(name, waiters);
  }

  #takeBack(name: string, by: string): void {
    if (this.#run.ended) return;
    for (const [number, letter] of this.#record.state.letters) {
      if (letter.takenBy !== by || letter.name !== name) continue;
      this.#record.signalReturned(number);
      this.#offer(number, name);
    }
  }

  #offer(number: number, name: string): void {
    const waiters = this.#waiting.get(name);
    const waiter = waiters?.shift();
    if (waiter === undefined) return;
    if (waiters!.length === 0) this.#waiting.delete(name);
    this.#give(number, waiter);
  }

  #give(number: number, waiter: Waiter): void {
    waiter.taken();
    this.#record.signalTaken(number, waiter.by);
    this.#record.whenStored(() => this.#deliver(number, waiter));
  }

  #deliver(number: number, { by, deliver }: Waiter): void {
    const { letters } = this.#record.state;
    const letter = letters.get(number);
    // It has been taken back meanwhile.
    if (letter?.takenBy !== by) return;
    // The journal knows it still, should what comes of it not be stored.
    letters.delivered(number);
    deliver(letter.value, letter.checked);
  }
}
