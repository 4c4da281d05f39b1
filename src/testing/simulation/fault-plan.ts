import type { FaultSource, LocalFault, LocalFaultKind } from '../faults/fault.ts';
import { chanceOf } from '../random.ts';

/** What can go wrong in a simulation. */
export type FaultKind =
  | LocalFaultKind
  | 'partition'
  | 'crash'
  | 'freeze'
  | 'secondOwner'
  | 'loopStall'
  | 'wallJump';

/** Every kind, and for those that are a matter of time how long they take at most. */
const LONGEST_MS: Readonly<Record<FaultKind, number>> = {
  handlerError: 0,
  handlerHang: 0,
  handlerSlow: 10_000,
  messageLost: 0,
  messageDuplicated: 1_000,
  messageDelayed: 1_000,
  messageReordered: 1_000,
  storeError: 0,
  storeSlow: 10_000,
  partition: 10_000,
  crash: 1_000,
  freeze: 60_000,
  secondOwner: 0,
  loopStall: 5_000,
  wallJump: 3_600_000,
};
export const FAULT_KINDS = Object.keys(LONGEST_MS) as readonly FaultKind[];

/**
 * How often things go wrong: for each kind a share from 0 to 1, `true` for 0.1; what is left out never does.
 *
 * In about half of the seeds a kind is off all the same (swarm testing: Groce et al. 2012), since some bugs show only
 * where others keep out of the way.
 */
export interface FaultRates {
  /** Calls of handlers that throw: half of them before the handler begins, half after it has done its work. */
  readonly handlerError?: number | boolean;
  /** Calls of handlers that never settle, whatever their signal says. */
  readonly handlerHang?: number | boolean;
  /** Calls of handlers that take up to 10 s longer. */
  readonly handlerSlow?: number | boolean;
  /** Messages and requests that nobody gets, and answers from one node to another. */
  readonly messageLost?: number | boolean;
  /** Requests that arrive twice; the second time up to 1 s later. */
  readonly messageDuplicated?: number | boolean;
  /** Messages and requests that arrive up to 1 s later; those behind them to the same topic wait. */
  readonly messageDelayed?: number | boolean;
  /** The same, and those behind them go first. */
  readonly messageReordered?: number | boolean;
  /** Calls of a store that reject with `StoreError`: half of them before the store does anything, half after it. */
  readonly storeError?: number | boolean;
  /** Calls of a store whose answer comes up to 10 s later. */
  readonly storeSlow?: number | boolean;
  /** Happenings after which a node hears nothing of the others for up to 10 s. */
  readonly partition?: number | boolean;
  /** Happenings after which a node is gone at once, and begins anew within 1 s. */
  readonly crash?: number | boolean;
  /** Happenings after which a node stands still for up to 60 s, and then goes on with everything that it missed. */
  readonly freeze?: number | boolean;
  /**
   * Happenings after which a node is started once more beside itself, as if it were dead. Up to three lives of a node go
   * on at once.
   */
  readonly secondOwner?: number | boolean;
  /** Happenings after which up to 5 s pass in which nothing runs. */
  readonly loopStall?: number | boolean;
  /** Happenings after which the wall clock jumps up to an hour forth or back. */
  readonly wallJump?: number | boolean;
}

/** A fault that struck: its `id`, such as `messageLost#3`, is the same in every repetition of the seed. */
export interface Fault extends LocalFault {
  /** What went wrong. */
  readonly kind: FaultKind;
  /** Whom it struck. */
  readonly where: string;
}

const USUAL_RATE = 0.1;

/**
 * Decides which faults strike.
 *
 * Each opportunity has a number among those of its kind, and its fate depends on seed, kind and number alone: leaving
 * one fault out does not change the others.
 */
export class FaultPlan implements FaultSource {
  readonly struck: Fault[] = [];
  readonly #seed: number;
  readonly #rates = new Map<FaultKind, number>();
  readonly #only: ReadonlySet<string> | undefined;
  readonly #opportunities = new Map<FaultKind, number>();
  readonly #told: (fault: Fault) => void;
  #over = false;

  /**
   * @param told Hears of every fault that strikes.
   * @param only The faults that may strike, by id; all if left out.
   */
  constructor(
    seed: number,
    rates: FaultRates,
    told: (fault: Fault) => void,
    only: ReadonlySet<string> | undefined,
  ) {
    this.#seed = seed;
    this.#told = told;
    this.#only = only;
    for (const kind of FAULT_KINDS) {
      const rate = rates[kind] === true ? USUAL_RATE : Number(rates[kind] ?? 0);
      if (rate > 0 && chanceOf(seed, `swarm ${kind}`) < 0.5) this.#rates.set(kind, rate);
    }
  }

  /** Tells whether `kind` strikes here and now. */
  strike(kind: FaultKind, where: string): Fault | undefined {
    const rate = this.#rates.get(kind);
    if (rate === undefined || this.#over) return undefined;
    const number = (this.#opportunities.get(kind) ?? 0) + 1;
    this.#opportunities.set(kind, number);
    const id = `${kind}#${number}`;
    if (chanceOf(this.#seed, id) >= rate) return undefined;
    if (this.#only !== undefined && !this.#only.has(id)) return undefined;
    const size = chanceOf(this.#seed, `size of ${id}`);
    const fault: Fault = {
      id,
      kind,
      where,
      ms: Math.ceil(size * LONGEST_MS[kind]),
      after: size >= 0.5,
      error: undefined,
    };
    this.struck.push(fault);
    this.#told(fault);
    return fault;
  }

  /** From now on nothing goes wrong. */
  end(): void {
    this.#over = true;
  }
}
