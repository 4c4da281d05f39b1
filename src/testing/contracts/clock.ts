import type { Clock } from '../../index.ts';
import { claim, claimSame, pause } from './checks.ts';
import type { ContractRunner } from './contract.ts';

/** Options of {@link clockContract}. */
export interface ClockContractOptions<C extends Clock> {
  /** Makes `ms` milliseconds pass on the clock, its timers included. @default waits for real */
  readonly advance?: ((clock: C, ms: number) => Promise<void>) | undefined;
  /** By how many milliseconds a timer may be early or late. 0 or more. @default 1000 late and 2 early; exact where `advance` is given */
  readonly toleranceMs?: number | undefined;
}

const LONGEST_NODE_TIMER_MS = 2 ** 31 - 1;

/**
 * Checks a clock, clause by clause: what `Clock` promises. A clock that runs by itself takes about a second.
 *
 * @param makeClock Gives the clock that is to be checked, for each clause.
 */
export function clockContract<C extends Clock>(
  { describe, it }: ContractRunner,
  makeClock: () => C,
  options: ClockContractOptions<C> = {},
): void {
  const { advance = (_clock: C, ms: number) => pause(ms) } = options;
  const exact = options.advance !== undefined;
  const earlyMs = options.toleranceMs ?? (exact ? 0 : 2);
  const lateMs = options.toleranceMs ?? (exact ? 0 : 1_000);
  /** Real timers may be late. */
  const spareMs = exact ? 0 : 20;

  const clause = (name: string, check: (clock: C) => void | Promise<void>): void => {
    it(name, async () => check(makeClock()));
  };

  describe('a clock', () => {
    clause('tells the wall time in epoch milliseconds', (clock) => {
      const now = clock.now();
      claim(Number.isFinite(now) && now > 0, `now() is ${now}`);
    });

    clause('counts monotonic milliseconds that never go back', async (clock) => {
      const start = clock.monotonic();
      claim(Number.isFinite(start), `monotonic() is ${start}`);
      let last = start;
      for (let round = 0; round < 5; round++) {
        for (let reading = 0; reading < 200; reading++) {
          const next = clock.monotonic();
          claim(next >= last, `monotonic() went from ${last} back to ${next}`);
          last = next;
        }
        await advance(clock, 5);
      }
      const end = clock.monotonic();
      claim(end >= last, `monotonic() went from ${last} back to ${end}`);
      const passed = end - start;
      claim(passed >= 25 - earlyMs, `monotonic() counted ${passed} ms while 25 ms passed`);
      claim(passed <= 25 + lateMs, `monotonic() counted ${passed} ms while 25 ms passed`);
    });

    clause('runs a callback once, when its time has come', async (clock) => {
      for (const ms of [0, 0.5, 1, 20]) {
        const start = clock.monotonic();
        const rang: number[] = [];
        clock.schedule(() => rang.push(clock.monotonic() - start), ms);
        await advance(clock, ms + spareMs);
        await advance(clock, ms + spareMs);
        claimSame(rang.length, 1, `runs of a callback after ${ms} ms`);
        const [afterMs = 0] = rang;
        claim(afterMs >= ms - earlyMs, `a callback for ${ms} ms ran after ${afterMs} ms`);
        claim(afterMs <= ms + lateMs, `a callback for ${ms} ms ran after ${afterMs} ms`);
      }
    });

    clause('does not run a callback before its time', async (clock) => {
      let rang = 0;
      const timer = clock.schedule(() => rang++, 60_000);
      await advance(clock, 10);
      claimSame(rang, 0, 'runs of a callback for 60 s, after 10 ms');
      timer.cancel();
    });

    clause('does not run a callback inside the call that sets it', async (clock) => {
      for (const ms of [-5, 0, 1]) {
        let inside = true;
        let rangInside = false;
        clock.schedule(() => {
          rangInside = inside;
        }, ms);
        inside = false;
        await advance(clock, 1 + spareMs);
        claim(!rangInside, `a callback for ${ms} ms ran inside the call`);
      }
    });

    clause('takes a time below zero as zero', async (clock) => {
      let rang = 0;
      clock.schedule(() => rang++, -60_000);
      await advance(clock, spareMs);
      claimSame(rang, 1, 'runs of a callback for -60 s');
    });

    clause('takes a time that is longer than a timer of Node', async (clock) => {
      let rang = 0;
      const timer = clock.schedule(() => rang++, 3 * LONGEST_NODE_TIMER_MS);
      await advance(clock, 10);
      timer.cancel();
      claimSame(rang, 0, 'runs of a callback for 75 days, after 10 ms');
    });

    clause('runs callbacks in the order of their times', async (clock) => {
      const rang: number[] = [];
      for (const ms of [30, 10, 40, 20]) clock.schedule(() => rang.push(ms), ms);
      await advance(clock, 40 + spareMs);
      claimSame(rang, [10, 20, 30, 40], 'the order of callbacks for 30, 10, 40 and 20 ms');
    });

    clause('runs what a callback sets, in its turn', async (clock) => {
      const rang: string[] = [];
      clock.schedule(() => {
        clock.schedule(() => rang.push('second'), 10);
        rang.push('first');
      }, 10);
      await advance(clock, 10 + spareMs);
      await advance(clock, 10 + spareMs);
      claimSame(rang, ['first', 'second'], 'a callback and the one that it set');
    });

    clause('does not run a callback that was cancelled, and runs its neighbours', async (clock) => {
      const rang: string[] = [];
      clock.schedule(() => rang.push('before'), 5);
      const timer = clock.schedule(() => rang.push('cancelled'), 5);
      clock.schedule(() => rang.push('after'), 10);
      timer.cancel();
      timer.cancel();
      await advance(clock, 10 + spareMs);
      claimSame(rang, ['before', 'after'], 'callbacks around a cancelled one');
    });

    clause('does nothing when a timer that has run is cancelled', async (clock) => {
      let rang = 0;
      const timer = clock.schedule(() => rang++, 1);
      await advance(clock, 1 + spareMs);
      clock.schedule(() => rang++, 1);
      timer.cancel();
      await advance(clock, 1 + spareMs);
      claimSame(rang, 2, 'runs of two callbacks, the first cancelled after its run');
    });

    clause('runs a timer that was let go of, or held again, as long as time goes on', async (clock) => {
      let rang = 0;
      const [loose, held] = [clock.schedule(() => rang++, 5), clock.schedule(() => rang++, 5)];
      loose.unref();
      held.unref();
      held.ref();
      await advance(clock, 5 + spareMs);
      claimSame(rang, 2, 'runs of two callbacks');
    });

    clause('gives chances from 0 to below 1, which differ', (clock) => {
      const chances = Array.from({ length: 1_000 }, () => clock.random());
      const wrong = chances.find((chance) => !(chance >= 0 && chance < 1));
      claim(wrong === undefined, `random() gave ${wrong}`);
      claim(new Set(chances).size > 900, `1000 calls of random() gave ${new Set(chances).size} numbers`);
    });

    clause('gives ids that differ', (clock) => {
      const ids = Array.from({ length: 1_000 }, () => clock.id());
      const wrong = ids.find((id) => typeof id !== 'string' || id === '');
      claim(wrong === undefined, `id() gave ${JSON.stringify(wrong)}`);
      claimSame(new Set(ids).size, 1_000, 'ids that 1000 calls of id() gave');
    });
  });
}
