import { expectEqual } from '../../harness/check.ts';
import type { PeerSide } from './types.ts';

/** Answers `input + 1`. */
export type Call = (input: number) => Promise<number>;

const inFlight = 1_000;

/** W1: so many calls, one at a time. */
export function oneAtATime(calls: number, call: Call, close?: () => Promise<void>): PeerSide {
  let sum = 0;
  return {
    ops: calls,
    async batch() {
      sum = 0;
      for (let i = 0; i < calls; i += 1) sum += await call(i);
    },
    check: () => expectEqual('sum', sum, (calls * (calls + 1)) / 2),
    ...(close && { close }),
  };
}

/** W2: waves of 1,000 calls in flight, in turn over the agents. */
export function inWaves(waves: number, agents: readonly Call[], close?: () => Promise<void>): PeerSide {
  const expected = (waves * (inFlight * (inFlight + 1))) / 2;
  let sum = 0;
  let next = 0;
  return {
    ops: waves * inFlight,
    async batch() {
      sum = 0;
      for (let wave = 0; wave < waves; wave += 1) {
        const open: Promise<number>[] = [];
        for (let i = 0; i < inFlight; i += 1) {
          open.push(agents[next]!(i));
          next = next + 1 === agents.length ? 0 : next + 1;
        }
        for (const output of await Promise.all(open)) sum += output;
      }
    },
    check: () => expectEqual('sum', sum, expected),
    ...(close && { close }),
  };
}
