import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MessageBroker } from '../../src/index.ts';
import { Alarm, Deadlines } from '../../src/kernel/deadlines.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { watch } from '../support/outcome.ts';

/** Deadlines on a clock that stands still, and who rang when. */
function setUp() {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const rang: { id: number; at: number }[] = [];
  const log = (id: number) => rang.push({ id, at: clock.monotonic() });
  const arm = (id: number, ms: number): Alarm => {
    const alarm = new Alarm(() => log(id));
    alarm.dueAt = clock.monotonic() + ms;
    deadlines.arm(alarm, clock.monotonic());
    return alarm;
  };
  return { clock, deadlines, rang, arm };
}

const delay = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 100_000 }));
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('arm' as const), ms: delay }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('disarm' as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: delay }) },
);

it('rings every deadline that is still armed at exactly its time, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const { clock, deadlines, rang, arm } = setUp();
      const alarms: Alarm[] = [];
      const model = new Map<number, number>();
      const expected: { id: number; at: number }[] = [];
      const advance = async (ms: number) => {
        const until = clock.monotonic() + ms;
        const due = [...model].filter(([, at]) => at <= until).sort(([, a], [, b]) => a - b);
        for (const [id, at] of due) {
          expected.push({ id, at });
          model.delete(id);
        }
        await clock.advance(ms);
      };
      for (const move of steps) {
        if (move.kind === 'arm') {
          model.set(alarms.length, clock.monotonic() + move.ms);
          alarms.push(arm(alarms.length, move.ms));
        } else if (move.kind === 'disarm' && alarms.length > 0) {
          const id = move.at % alarms.length;
          deadlines.disarm(alarms[id] as Alarm);
          model.delete(id);
        } else if (move.kind === 'advance') await advance(move.ms);
        expect(deadlines.size).toBe(model.size);
        expect(clock.pendingTimers).toBe(model.size > 0 ? 1 : 0);
      }
      await advance(200_000);

      const byTimeAndId = (a: { id: number; at: number }, b: { id: number; at: number }) =>
        a.at - b.at || a.id - b.id;
      expect(rang.toSorted(byTimeAndId)).toEqual(expected.toSorted(byTimeAndId));
      expect(rang.map(({ at }) => at)).toEqual(expected.map(({ at }) => at));
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: 60 },
  );
});

it('rings parts of a millisecond and no time at all when they are due, whatever else is due in the next', async () => {
  const { clock, rang, arm } = setUp();
  arm(1, 1.9);
  arm(2, 0.3);
  arm(3, 0);
  arm(4, 1);
  await clock.advance(5);

  expect(rang.toSorted((a, b) => a.id - b.id)).toEqual([
    { id: 1, at: 1.9 },
    { id: 2, at: 0.3 },
    { id: 3, at: 0 },
    { id: 4, at: 1 },
  ]);
});

it('rings those whose time passed while the loop was blocked, the earliest first', async () => {
  const { clock, rang, arm } = setUp();
  arm(1, 700);
  arm(2, 30);
  arm(3, 5_000);
  arm(4, 31);
  clock.stall(1_000);
  await clock.advance(0);

  expect(rang.map(({ id }) => id)).toEqual([2, 4, 1]);
});

it('waits for years without ringing early', async () => {
  const { clock, rang, arm } = setUp();
  const year = 365 * 24 * 3_600_000;
  arm(1, 3 * year);
  await clock.advance(3 * year - 1);
  expect(rang).toEqual([]);
  await clock.advance(1);

  expect(rang).toEqual([{ id: 1, at: 3 * year }]);
});

it('never rings what has no deadline, and takes out what is not armed without complaint', async () => {
  const { clock, deadlines, rang, arm } = setUp();
  const alarm = arm(1, Number.POSITIVE_INFINITY);
  deadlines.disarm(alarm);
  await clock.advance(10_000_000);

  expect({ rang, size: deadlines.size, timers: clock.pendingTimers }).toEqual({
    rang: [],
    size: 0,
    timers: 0,
  });
});

it('holds 10,000 open requests of any timeout with one timer', async () => {
  const clock = new FakeClock();
  const broker = new MessageBroker({ clock });
  broker.respond('never', () => new Promise(() => {}), { concurrency: 20_000 });
  const outcomes = Array.from({ length: 10_000 }, (_, index) =>
    watch(broker.request('never', index, { timeout: 1 + ((index * 7_919) % 60_000) })),
  );
  await clock.settle();
  expect({ pending: broker.stats().pending, timers: clock.pendingTimers }).toEqual({
    pending: 10_000,
    timers: 1,
  });
  await clock.advance(60_000);

  expect(outcomes.every(({ state }) => state === 'rejected')).toBe(true);
  await clock.advance(10_000);
  expect(clock.pendingTimers).toBe(0);
});

it('rings what a blocked loop made late in the order in which it was due', async () => {
  const { clock, rang, arm } = setUp();
  arm(1, 40);
  await clock.advance(30);
  arm(2, 15);
  arm(3, 7);
  clock.stall(100);
  await clock.advance(0);

  expect(rang.map(({ id }) => id)).toEqual([3, 1, 2]);
});
