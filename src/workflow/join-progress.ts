import { ignore, isThenable } from '../kernel/functions.ts';
import { agreementText, type Join } from './joins.ts';

/**
 * How far one join is. Told of the ends of its members one by one; told the same in the same order, it is the same.
 *
 * Members are numbers, the places of the steps in the definition.
 */
export class JoinProgress {
  /** `waiting` until it is satisfied, or can no longer be. */
  status: 'waiting' | 'satisfied' | 'failed' = 'waiting';
  /** What the step sees, in the order of completion: the members that completed; of a quorum, those that agree. */
  seen: readonly number[];
  /** What `by` of a quorum threw. */
  fault: { readonly thrown: unknown } | undefined;
  readonly #join: Join;
  readonly #completed: number[] = [];
  /** Of a quorum: the members by what they say. */
  #groups: Map<string, number[]> | undefined;
  /** Members that have not ended. */
  #open: number;

  constructor(join: Join, members: number) {
    this.#join = join;
    this.#open = members;
    this.seen = this.#completed;
  }

  memberCompleted(member: number, output: unknown): void {
    if (this.#join.kind === 'quorum') this.#vote(this.#join.by, member, output);
    else this.#completed.push(member);
    this.memberEnded();
  }

  /** One ended without an output, or its output has been counted. */
  memberEnded(): void {
    this.#open--;
    if (this.fault !== undefined) this.status = 'failed';
    else this.status = this.#judge();
  }

  timeUp(): void {
    this.status = 'satisfied';
  }

  #judge(): 'waiting' | 'satisfied' | 'failed' {
    const join = this.#join;
    if (join.kind === 'settled' || join.kind === 'before') return this.#open === 0 ? 'satisfied' : 'waiting';
    const wanted = join.kind === 'any' ? 1 : join.count;
    if (this.seen.length >= wanted) return 'satisfied';
    return this.seen.length + this.#open < wanted ? 'failed' : 'waiting';
  }

  #vote(by: (output: never) => unknown, member: number, output: unknown): void {
    try {
      const answer = by(output as never);
      if (isThenable(answer)) {
        Promise.resolve(answer).catch(ignore);
        throw new TypeError('a quorum compares at once, and `by` returned a promise');
      }
      const text = agreementText(answer);
      this.#groups ??= new Map();
      const group = this.#groups.get(text) ?? [];
      group.push(member);
      this.#groups.set(text, group);
      if (group.length > this.seen.length) this.seen = group;
    } catch (thrown) {
      this.fault = { thrown };
    }
  }
}
