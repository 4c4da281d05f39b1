import { isCadreError, MessageBroker } from '../../../src/index.ts';
import { heldBytes } from '../harness/heap.ts';
import { turn } from '../harness/time.ts';
import type { Verdict } from '../harness/verdict.ts';

const LIMIT = 1_000;
const WAVE = 5_000;

/**
 * Sends far more than a mailbox takes, in waves: it must hold exactly its limit, refuse the rest at once and in words,
 * hand out in the order of sending, and hold nothing afterwards.
 */
export async function flood(verdict: Verdict, count: number): Promise<void> {
  const broker = new MessageBroker();
  const waves = Math.max(1, Math.floor(count / WAVE));
  const seen = { refused: 0, answered: 0, others: 0, outOfOrder: 0, overfull: 0, wrongFill: 0 };
  let gate = Promise.withResolvers<void>();
  let latest = -1;
  const look = (): void => {
    if (broker.stats().waiting > LIMIT) seen.overfull++;
  };
  const handle = async (number: number): Promise<number> => {
    look();
    if (number <= latest) seen.outOfOrder++;
    latest = number;
    await gate.promise;
    return number;
  };
  broker.respond('narrow', handle, { concurrency: 1, waiting: LIMIT });
  const send = (number: number): Promise<void> =>
    broker.request('narrow', number).then(
      (output) => {
        if (output === number) seen.answered++;
        else seen.others++;
      },
      (error) => {
        if (isCadreError(error, 'FULL')) seen.refused++;
        else seen.others++;
        look();
      },
    );

  const before = await heldBytes();
  let heldWhenFull = 0;
  for (let wave = 0; wave < waves; wave++) {
    const ends = Array.from({ length: WAVE }, (_, index) => send(wave * WAVE + index));
    await turn();
    const { waiting, active, pending } = broker.stats();
    if (waiting !== LIMIT || active !== 1 || pending !== LIMIT + 1) seen.wrongFill++;
    if (wave === waves - 1) heldWhenFull = (await heldBytes()) - before;
    gate.resolve();
    await Promise.all(ends);
    gate = Promise.withResolvers<void>();
  }
  const growth = (await heldBytes()) - before;

  verdict.figure('flood: sent', waves * WAVE);
  verdict.figure('flood: held while full, KiB', Math.round(heldWhenFull / 1_024));
  verdict.equal('flood: a full mailbox holds exactly its limit', seen.wrongFill + seen.overfull, 0);
  verdict.equal('flood: the rest was refused', seen.refused, waves * (WAVE - LIMIT - 1));
  verdict.equal('flood: what was taken was answered', seen.answered, waves * (LIMIT + 1));
  verdict.equal('flood: nothing else came', seen.others, 0);
  verdict.equal('flood: handed out in the order of sending', seen.outOfOrder, 0);
  verdict.promise(
    'flood: less than 20 MiB of heap growth',
    Math.max(heldWhenFull, growth) < 20 * 2 ** 20,
    `${(growth / 2 ** 20).toFixed(2)} MiB`,
  );
  broker.close();
}
