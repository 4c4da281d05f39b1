import { expectEqual } from '../../harness/check.ts';
import type { PeerSide } from './types.ts';

const publishes = 1_000;
const expected = (publishes * (publishes - 1)) / 2;

/** A subscriber: adds up what it receives. */
export type Receive = (body: number) => void;

/** Delivers to every subscriber. What it returns is awaited if it is a promise. */
export type Publish = (body: number) => void | Promise<void>;

/** W3: a thousand publishes to so many subscribers. */
export async function publishSide(
  size: number,
  connect: (subscribers: readonly Receive[]) => Publish | Promise<Publish>,
  close?: () => Promise<void>,
): Promise<PeerSide> {
  const sums = Array.from({ length: size }, () => ({ sum: 0 }));
  const publish = await connect(
    sums.map((subscriber): Receive => {
      return (body) => {
        subscriber.sum += body;
      };
    }),
  );
  return {
    async batch() {
      for (let i = 0; i < publishes; i += 1) {
        const delivered = publish(i);
        if (delivered !== undefined) await delivered;
      }
    },
    check() {
      for (const subscriber of sums) {
        expectEqual('sum', subscriber.sum, expected);
        subscriber.sum = 0;
      }
    },
    ...(close && { close }),
  };
}
