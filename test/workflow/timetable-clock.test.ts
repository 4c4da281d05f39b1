import { describe, expect, it } from 'vitest';
import { deskAt, report } from '../support/timetables.ts';

const hourly = { every: '1h', workflow: report } as const;

describe('times that nobody was awake for', () => {
  it('are skipped, and told of as one', async () => {
    const { clock, timetable, times, events } = deskAt('2026-01-01T00:30:00Z');
    const schedule = timetable.schedule('s', hourly);
    clock.fake.stall(4 * 3_600_000 + 60_001 - 1_800_000); // asleep until 04:01:00.001
    await clock.fake.advance(0);
    expect([times(), schedule.stats().missed]).toEqual([[], 1]);
    expect(events).toMatchObject([
      { type: 'schedule.skipped', reason: 'missed', runId: 'cron:s:2026-01-01T04:00:00Z' },
    ]);
    await clock.fake.advance('1h');

    expect(times()).toEqual(['2026-01-01T05:00:00Z']);
  });

  it('are made up for once where the schedule says so', async () => {
    const { clock, timetable, times } = deskAt('2026-01-01T00:30:00Z');
    const schedule = timetable.schedule('s', { ...hourly, missed: 'once' });
    clock.fake.stall(4 * 3_600_000);
    await clock.fake.advance(0);
    expect([times(), schedule.stats().missed]).toEqual([['2026-01-01T04:00:00Z'], 1]);
    await clock.fake.advance('30m');

    expect(times()).toEqual(['2026-01-01T04:00:00Z', '2026-01-01T05:00:00Z']);
  });

  it('are not missed up to a minute later', async () => {
    const { clock, timetable, times } = deskAt('2026-01-01T00:30:00Z');
    const schedule = timetable.schedule('s', hourly);
    clock.fake.stall(1_800_000 + 60_000);
    await clock.fake.advance(0);

    expect([times(), schedule.stats().missed]).toEqual([['2026-01-01T01:00:00Z'], 0]);
  });

  it('are known after a restart when somebody keeps the last one', async () => {
    const kept = new Map([['s', Date.parse('2026-01-01T02:00:00Z')]]);
    const memory = {
      read: async (name: string) => kept.get(name),
      write: async (name: string, at: number) => void kept.set(name, at),
    };
    const { clock, timetable, times } = deskAt('2026-01-01T05:30:00Z', { memory });
    timetable.schedule('s', { ...hourly, missed: 'once' });
    timetable.schedule('new', { ...hourly, missed: 'once' }); // nothing is kept of it: it has missed nothing
    await clock.fake.settle();

    expect(times()).toEqual(['2026-01-01T05:00:00Z']);
    expect(kept.get('s')).toBe(Date.parse('2026-01-01T05:00:00Z'));
  });

  it('are not run again when a run has been forgotten, but its time is kept', async () => {
    const memory = { read: () => Date.parse('2026-01-01T01:00:00Z'), write: () => {} };
    const { clock, timetable, times } = deskAt('2026-01-01T00:59:00Z', { memory });
    const schedule = timetable.schedule('s', hourly);
    await clock.fake.advance('1m');

    expect([times(), schedule.stats().elsewhere]).toEqual([[], 1]);
  });

  it('the run before is known to be under way after a restart, too', async () => {
    const memory = { read: () => Date.parse('2026-01-01T00:00:00Z'), write: () => {} };
    const { clock, timetable, times, underWay } = deskAt('2026-01-01T00:30:00Z', { memory });
    underWay.add('cron:s:2026-01-01T00:00:00Z');
    timetable.schedule('s', hourly);
    await clock.fake.advance('1h');

    expect(times()).toEqual([]);
  });
});

describe('a wall clock that is set', () => {
  it('forward over a time makes it missed, which is noticed within half a minute', async () => {
    const { clock, timetable, times } = deskAt('2026-01-01T00:00:00Z');
    const schedule = timetable.schedule('s', { cron: '0 9 * * *', workflow: report });
    await clock.fake.advance('30m');
    clock.set('2026-01-01T12:00:00Z');
    await clock.fake.advance('30s');

    expect([times(), schedule.stats().missed]).toEqual([[], 1]);
    expect(schedule.next()).toBe(Date.parse('2026-01-02T09:00:00Z'));
  });

  it('forward to a moment before a time makes nobody miss it', async () => {
    const { clock, timetable, times } = deskAt('2026-01-01T00:00:00Z');
    timetable.schedule('s', { cron: '0 9 * * *', workflow: report });
    await clock.fake.advance('30m');
    clock.set('2026-01-01T08:59:59.999Z');
    await clock.fake.advance('30s');

    expect(times()).toEqual(['2026-01-01T09:00:00Z']);
  });

  it('back over times that were run does not run them again, and runs those that were left out', async () => {
    const { clock, timetable, times } = deskAt('2026-01-01T00:30:00Z');
    const schedule = timetable.schedule('s', hourly);
    await clock.fake.advance('90m'); // 01:00 and 02:00
    clock.set('2026-01-01T04:30:00Z');
    await clock.fake.advance('1h'); // 05:00; 03:00 and 04:00 were left out
    clock.set('2026-01-01T00:15:00Z');
    await clock.fake.advance('4h');
    clock.set('2026-01-01T00:15:00Z');
    await clock.fake.advance('30s');
    expect(schedule.next()).toBe(Date.parse('2026-01-01T06:00:00Z'));
    await clock.fake.advance('6h');

    const hours = times().map((time) => Number(time.slice(11, 13)));
    expect(hours).toEqual([1, 2, 5, 3, 4, 6]);
  });

  it('back by years goes on at once, not when the years are over', async () => {
    const { clock, timetable, times } = deskAt('2036-01-01T00:30:00Z');
    timetable.schedule('s', hourly);
    await clock.fake.advance('30m');
    clock.set('2026-01-01T00:30:00Z');
    await clock.fake.advance('90m');

    expect(times()).toEqual(['2036-01-01T01:00:00Z', '2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z']);
  });

  it('to and fro never makes one time come twice', async () => {
    const { clock, timetable, times } = deskAt('2026-01-01T00:00:00Z');
    timetable.schedule('s', { cron: '*/7 * * * *', timezone: 'Europe/Paris', workflow: report });
    for (let turn = 0; turn < 300; turn++) {
      const ms = clock.fake.random() * 7_200_000 - 3_600_000;
      clock.set(new Date(clock.now() + ms).toISOString());
      await clock.fake.advance(Math.round(clock.fake.random() * 3_600_000));
    }

    expect(times().length).toBeGreaterThan(500);
    expect(new Set(times()).size).toBe(times().length);
  });

  it('is looked at twice a minute, and never without a pause', async () => {
    const { clock, timetable } = deskAt('2026-01-01T00:30:00Z');
    timetable.schedule('s', { cron: '0 0 1 * *', workflow: report });
    await clock.fake.advance('10m');
    expect(clock.timersSet).toBe(21);
    // A wall clock may stand still a moment before the time, as that of a virtual machine does at times.
    const before = clock.timersSet;
    for (let ms = 0; ms < 30_010; ms++) {
      clock.set('2026-01-31T23:59:59.999Z');
      await clock.fake.advance(1);
    }
    expect(clock.timersSet - before).toBeLessThanOrEqual(11);
  });

  it('may lag behind the timer without a start too early', async () => {
    const { clock, timetable, started } = deskAt('2026-01-01T00:59:00Z');
    timetable.schedule('s', hourly);
    clock.set('2026-01-01T00:58:59.990Z');
    await clock.fake.advance('1m');
    expect(started).toEqual([]);
    await clock.fake.advance(10);

    expect(started.length).toBe(1);
  });
});

describe('when the clocks change', () => {
  const zone = { timezone: 'Europe/Berlin', workflow: report } as const;
  const nightOf = async (from: string, cron: string) => {
    const { clock, timetable, times } = deskAt(from);
    timetable.schedule('s', { cron, ...zone });
    await clock.fake.advance('6h');
    return times().map((time) => time.slice(11, 16));
  };
  const spring = '2026-03-28T22:00:00Z'; // 02:00 becomes 03:00 at 01:00 UTC
  const autumn = '2026-10-24T22:00:00Z'; // 03:00 becomes 02:00 at 01:00 UTC

  it('a single time that does not exist is run when the gap is over, and one that exists twice is run once', async () => {
    expect(await nightOf(spring, '30 2 * * *')).toEqual(['01:00']);
    expect(await nightOf(autumn, '30 2 * * *')).toEqual(['00:30']);
  });

  it('of several times those that do not exist are left out, and those that exist twice are run twice', async () => {
    expect(await nightOf(spring, '*/30 2 * * *')).toEqual([]);
    expect(await nightOf(autumn, '*/30 2 * * *')).toEqual(['00:00', '00:30', '01:00', '01:30']);
  });

  it('an hourly schedule goes on every hour', async () => {
    expect(await nightOf(spring, '0 * * * *')).toEqual([
      '23:00',
      '00:00',
      '01:00',
      '02:00',
      '03:00',
      '04:00',
    ]);
    expect(await nightOf(autumn, '0 * * * *')).toEqual([
      '23:00',
      '00:00',
      '01:00',
      '02:00',
      '03:00',
      '04:00',
    ]);
  });
});
