import { HandlerError, isCadreError } from '../../../src/index.ts';
import { type Answer, type Fate, meetsGuest, type Path, PlannedError, type Question } from './question.ts';

/** How a question may end, by its fate; an error by its code. */
const expected: Readonly<Record<Fate, string>> = {
  well: 'answer',
  waits: 'answer',
  twice: 'answer',
  throws: 'HANDLER_FAILED',
  rejects: 'HANDLER_FAILED',
  hangs: 'TIMEOUT',
  late: 'TIMEOUT',
  'given-up': 'CANCELLED',
  leaves: 'answer',
};

/** What may come instead of it where a receiver comes and goes. */
const goneCodes: readonly string[] = ['NO_RESPONDER', 'NO_CANDIDATE', 'AGENT_GONE'];

/** The books outside of the library: what was sent, and how it ended. */
export class Ledger {
  sent = 0;
  /** Questions whose promise has settled. */
  settled = 0;
  /** Promises that settled a second time. */
  settledAgain = 0;
  /** Answers and errors that belong to another question. */
  wrong = 0;
  /** Outcomes that the fate of the question does not allow; the first of them in words. */
  unexpected = 0;
  firstUnexpected: string | undefined;
  /** Requests whose time was up as they found no responder, by path: the refusal is an answer that came late. */
  readonly refusedLate: Map<Path, number> = new Map();
  /** Requests to an agent that comes and goes whose time was up: some as it left, which was an answer that came late. */
  perhapsGoneLate = 0;
  readonly #times: Uint8Array;
  readonly #outcomes = new Map<string, number>();

  constructor(count: number) {
    this.#times = new Uint8Array(count);
  }

  send(): void {
    this.sent++;
  }

  answered(question: Question, output: unknown): void {
    this.#settle(question, 'answer');
    if (!isAnswerTo(question, output)) this.wrong++;
  }

  /** @param refused Whether it was delivered where nobody responds. */
  failed(question: Question, error: unknown, refused: boolean): void {
    const { path } = question;
    const outcome = isCadreError(error) ? error.code : `an error of others: ${String(error)}`;
    this.#settle(question, outcome);
    if (outcome === 'TIMEOUT') {
      if (refused) this.refusedLate.set(path, (this.refusedLate.get(path) ?? 0) + 1);
      else if (path === 'agent-topic' && meetsGuest(question)) this.perhapsGoneLate++;
    }
    // What a handler threw leads back to its question, too.
    if (!(error instanceof HandlerError)) return;
    if (!(error.cause instanceof PlannedError) || error.cause.nonce !== question.nonce) this.wrong++;
  }

  /** How many ended so; over all fates and paths, or those of one path. */
  count(outcome: string, ...paths: readonly Path[]): number {
    let sum = 0;
    for (const [key, times] of this.#outcomes) {
      const [path, , ended] = key.split(' ');
      if (ended === outcome && (paths.length === 0 || paths.includes(path as Path))) sum += times;
    }
    return sum;
  }

  /** How many ended with an error, on these paths. */
  failures(...paths: readonly Path[]): number {
    let sum = 0;
    for (const [key, times] of this.#outcomes) {
      const [path, , ended] = key.split(' ');
      if (ended !== 'answer' && paths.includes(path as Path)) sum += times;
    }
    return sum;
  }

  /** How many there were, as `fate, outcome`. */
  byFate(): readonly (readonly [name: string, times: number])[] {
    const rows = new Map<string, number>();
    for (const [key, times] of this.#outcomes) {
      const [, fate, ended] = key.split(' ');
      const name = `${fate}, ${ended}`;
      rows.set(name, (rows.get(name) ?? 0) + times);
    }
    return [...rows].sort();
  }

  #settle(question: Question, outcome: string): void {
    const { nonce, fate, path } = question;
    if (this.#times[nonce]! > 0) this.settledAgain++;
    else this.settled++;
    this.#times[nonce]!++;
    const key = `${path} ${fate} ${outcome}`;
    this.#outcomes.set(key, (this.#outcomes.get(key) ?? 0) + 1);
    if (outcome === expected[fate] || (meetsGuest(question) && goneCodes.includes(outcome))) return;
    this.unexpected++;
    this.firstUnexpected ??= `${key} (question ${nonce})`;
  }
}

function isAnswerTo({ nonce, sender, receiver, path }: Question, output: unknown): boolean {
  const answer = output as Answer | null | undefined;
  const named = path !== 'steady' && path !== 'any';
  return (
    answer?.nonce === nonce &&
    answer.sender === sender &&
    answer.receiver === receiver &&
    (!named || answer.by === receiver)
  );
}
