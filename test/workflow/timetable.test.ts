import { describe, expect, it } from 'vitest';
import {
  ConflictError,
  defineWorkflow,
  InvalidNameError,
  InvalidOptionsError,
  RunExistsError,
} from '../../src/index.ts';
import { thrownBy } from '../support/outcome.ts';
import { deskAt, report, SettableClock } from '../support/timetables.ts';

describe('a schedule', () => {
  it('starts its workflow at each time of its cron expression, with an id made of name and time', async () => {
    const { clock, timetable, started } = deskAt('2026-01-02T08:59:59Z'); // a Friday
    timetable.schedule('morning', { cron: '0 9 * * 1-5', workflow: report, input: { to: 'ada' } });
    await clock.fake.advance('96h');

    expect(started).toEqual([
      { workflow: 'report', input: { to: 'ada' }, id: 'cron:morning:2026-01-02T09:00:00Z' },
      { workflow: 'report', input: { to: 'ada' }, id: 'cron:morning:2026-01-05T09:00:00Z' },
    ]);
  });

  it('starts at the multiples of its interval, whenever it was made', async () => {
    const { clock, timetable, times } = deskAt('2026-01-01T00:07:13.250Z');
    timetable.schedule('often', { every: '15m', workflow: report });
    await clock.fake.advance('40m');

    expect(times()).toEqual(['2026-01-01T00:15:00Z', '2026-01-01T00:30:00Z', '2026-01-01T00:45:00Z']);
  });

  it('takes seconds as the first of six fields, and nicknames', async () => {
    const { clock, timetable } = deskAt('2026-01-01T12:00:00Z');
    const next = (cron: string) =>
      (timetable.schedule(cron.replaceAll(/[\s*]/g, '-'), { cron, workflow: report }).next() ?? 0) -
      clock.now();

    expect([next('*/20 * * * * *'), next('@hourly'), next('@daily')]).toEqual([
      20_000, 3_600_000, 43_200_000,
    ]);
  });

  it('makes the input from the time that the run is for', async () => {
    const { clock, timetable, started } = deskAt('2026-01-01T00:00:30Z');
    timetable.schedule('s', { every: '1m', workflow: report, input: async (dueAt: number) => ({ dueAt }) });
    await clock.fake.advance('31s');

    expect(started[0]?.input).toEqual({ dueAt: Date.parse('2026-01-01T00:01:00Z') });
  });

  it('means the clocks of its time zone, and UTC when it names none', () => {
    const { timetable } = deskAt('2026-07-01T00:00:00Z');
    const next = (name: string, timezone?: string) =>
      new Date(
        timetable.schedule(name, { cron: '0 9 * * *', timezone, workflow: report }).next() ?? 0,
      ).toISOString();

    expect([next('utc'), next('paris', 'Europe/Paris')]).toEqual([
      '2026-07-01T09:00:00.000Z',
      '2026-07-01T07:00:00.000Z',
    ]);
  });

  it('tells of each start, and counts it', async () => {
    const { clock, timetable, events } = deskAt('2026-01-01T00:00:00Z');
    const schedule = timetable.schedule('s', { every: '1h', workflow: report });
    await clock.fake.advance('1h');

    const dueAt = Date.parse('2026-01-01T01:00:00Z');
    const runId = 'cron:s:2026-01-01T01:00:00Z';
    expect(events).toEqual([
      { type: 'schedule.started', at: dueAt, schedule: 's', workflow: 'report', dueAt, runId },
    ]);
    expect(schedule.stats()).toEqual({ started: 1, elsewhere: 0, overlapped: 0, missed: 0, failed: 0 });
    expect(schedule.next()).toBe(dueAt + 3_600_000);
  });

  it('starts nothing once it is cancelled, frees its name and leaves no timer', async () => {
    const { clock, timetable, started } = deskAt('2026-01-01T00:00:00Z');
    const schedule = timetable.schedule('s', { every: '1h', workflow: report });
    schedule.cancel();
    schedule.cancel();
    await clock.fake.advance('3h');

    expect([started.length, schedule.next(), clock.fake.pendingTimers, timetable.size]).toEqual([
      0,
      undefined,
      0,
      0,
    ]);
    expect(timetable.schedule('s', { every: '1h', workflow: report }).next()).toBeDefined();
  });

  it('that is cancelled while its input is being made starts nothing', async () => {
    const { clock, timetable, started } = deskAt('2026-01-01T00:00:00Z');
    const input = Promise.withResolvers<number>();
    const schedule = timetable.schedule('s', { every: '1h', workflow: report, input: () => input.promise });
    await clock.fake.advance('1h');
    schedule.cancel();
    input.resolve(1);
    await clock.fake.settle();

    expect(started).toEqual([]);
  });

  it('keeps the process only if it says so', async () => {
    const { clock, timetable } = deskAt('2026-01-01T00:00:00Z');
    const idle = timetable.schedule('idle', { every: '1h', workflow: report, keepAlive: false });
    expect(clock.fake.pendingTimers).toBe(0);
    const held = timetable.schedule('held', { every: '2h', workflow: report });
    expect(clock.fake.pendingTimers).toBe(1);
    held.cancel();

    expect([clock.fake.pendingTimers, idle.next()]).toEqual([0, Date.parse('2026-01-01T01:00:00Z')]);
  });

  it('has no timer when its timetable is closed, which takes no more', async () => {
    const { clock, timetable, started } = deskAt('2026-01-01T00:00:00Z');
    timetable.schedule('s', { every: '1h', workflow: report });
    timetable.close();
    await clock.fake.advance('2h');

    expect([started.length, clock.fake.pendingTimers]).toEqual([0, 0]);
    expect(thrownBy(() => timetable.schedule('t', { every: '1h', workflow: report }))).toMatchObject({
      code: 'CLOSED',
    });
  });
});

describe('a time whose run before is still under way', () => {
  it('is skipped, until that run has ended', async () => {
    const { clock, timetable, times, underWay, events } = deskAt('2026-01-01T00:00:00Z');
    const schedule = timetable.schedule('s', { every: '1h', workflow: report });
    underWay.add('cron:s:2026-01-01T01:00:00Z');
    await clock.fake.advance('3h');
    underWay.clear();
    await clock.fake.advance('1h');

    expect(times()).toEqual(['2026-01-01T01:00:00Z', '2026-01-01T04:00:00Z']);
    expect(schedule.stats()).toMatchObject({ started: 2, overlapped: 2 });
    expect(events.filter((event) => event.type === 'schedule.skipped')).toMatchObject([
      { reason: 'overlap', runId: 'cron:s:2026-01-01T02:00:00Z' },
      { reason: 'overlap', runId: 'cron:s:2026-01-01T03:00:00Z' },
    ]);
  });

  it('is skipped also while that run is only being started', async () => {
    const starts: string[] = [];
    const { clock, timetable } = deskAt('2026-01-01T00:00:00Z', {
      start: (_workflow, _input, { id }) => new Promise<never>(() => void starts.push(id)),
    });
    const schedule = timetable.schedule('s', { every: '1h', workflow: report });
    await clock.fake.advance('3h');

    expect([starts.length, schedule.stats().overlapped]).toEqual([1, 2]);
  });

  it('is run where overlaps are allowed', async () => {
    const { clock, timetable, times, underWay } = deskAt('2026-01-01T00:00:00Z');
    timetable.schedule('s', { every: '1h', workflow: report, overlap: 'allow' });
    for (const hour of [1, 2, 3]) underWay.add(`cron:s:2026-01-01T0${hour}:00:00Z`);
    await clock.fake.advance('3h');

    expect(times().length).toBe(3);
  });
});

describe('a run that cannot be started', () => {
  it.each([new RunExistsError('r'), new ConflictError('run/r', 0, 1)])(
    'since somebody else has it is counted, and no failure',
    async (error) => {
      const { clock, timetable, events } = deskAt('2026-01-01T00:00:00Z', {
        start: () => Promise.reject(error),
      });
      const schedule = timetable.schedule('s', { every: '1h', workflow: report });
      await clock.fake.advance('2h');

      expect(schedule.stats()).toMatchObject({ elsewhere: 2, failed: 0, started: 0 });
      expect(events[0]).toMatchObject({ type: 'schedule.skipped', reason: 'elsewhere' });
    },
  );

  it('for any other reason is told, and the next time is not affected', async () => {
    let calls = 0;
    const { clock, timetable, events } = deskAt('2026-01-01T00:00:00Z', {
      start: () => {
        if (calls++ === 0) throw new Error('no room');
      },
    });
    const schedule = timetable.schedule('s', { every: '1h', workflow: report });
    await clock.fake.advance('2h');

    expect(schedule.stats()).toMatchObject({ failed: 1, started: 1 });
    expect(events[0]).toMatchObject({ type: 'schedule.failed', error: { message: 'no room' } });
  });

  it('is started by one of two processes on one store', async () => {
    const clock = new SettableClock('2026-01-01T00:00:00Z');
    const ids = new Set<string>();
    const start = (_workflow: unknown, _input: unknown, { id }: { readonly id: string }) => {
      if (ids.has(id)) throw new RunExistsError(id);
      ids.add(id);
    };
    const [one, two] = ['', ''].map(() =>
      deskAt('', { start }, clock).timetable.schedule('s', { cron: '*/5 * * * *', workflow: report }),
    );
    await clock.fake.advance('1h');

    const [a, b] = [one!.stats(), two!.stats()];
    expect(ids.size).toBe(12);
    expect([a.started + b.started, a.elsewhere + b.elsewhere]).toEqual([12, 12]);
  });
});

describe('a schedule is refused', () => {
  const run = () => 1;
  const cases: readonly [string, object, string][] = [
    ['neither cron nor interval', {}, 'cron must be given where `every` is not'],
    ['both', { cron: '* * * * *', every: '1h' }, 'cron must be left out beside `every`'],
    ['a zone for an interval', { every: '1h', timezone: 'UTC' }, 'timezone must be left out beside `every`'],
    ['a minute that no hour has', { cron: '61 * * * *' }, 'cron must be a cron expression'],
    ['too few fields', { cron: '* * * *' }, 'cron must be a cron expression (5 fields'],
    ['a year', { cron: '0 0 0 1 1 * 2030' }, 'cron must be a cron expression (5 fields'],
    ['a date', { cron: '2030-01-01T00:00:00' }, 'cron must be a cron expression (5 fields'],
    ['a day that never comes', { cron: '0 0 30 2 *' }, 'cron must be a cron expression that occurs'],
    [
      'a zone that nobody knows',
      { cron: '@daily', timezone: 'Mars/Base' },
      'timezone must be the name of a time zone',
    ],
    ['less than a second', { every: 999 }, 'every must be a duration'],
    ['parts of a millisecond', { every: 1_000.5 }, 'every must be a whole number of milliseconds'],
    ['an unknown option', { every: '1h', jitter: 1 }, 'jitter must be one of the known options'],
    ['another word', { every: '1h', overlap: 'queue' }, 'overlap must be "skip" or "allow"'],
  ];

  it.each(cases)('that names %s', (_what, options, words) => {
    const { timetable } = deskAt('2026-01-01T00:00:00Z');
    const error = thrownBy(() => timetable.schedule('s', { workflow: report, ...options }));

    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect((error as Error).message).toContain(words);
    expect(timetable.size).toBe(0);
  });

  it('whose name is taken, is none, or is too long for the ids of its runs', () => {
    const { timetable } = deskAt('2026-01-01T00:00:00Z');
    const schedule = (name: string) => timetable.schedule(name, { every: '1h', workflow: report });
    schedule('x'.repeat(220));

    expect(thrownBy(() => schedule('x'.repeat(220)))).toMatchObject({ code: 'SCHEDULE_EXISTS' });
    expect(thrownBy(() => schedule('two words'))).toBeInstanceOf(InvalidNameError);
    expect(thrownBy(() => schedule('x'.repeat(240)))).toMatchObject({
      code: 'INVALID_NAME',
      kind: 'schedule',
    });
  });

  it('that is one more than a thousand', () => {
    const { timetable } = deskAt('2026-01-01T00:00:00Z');
    for (let i = 0; i < 1_000; i++) timetable.schedule(`s${i}`, { every: '1h', workflow: report });

    expect(thrownBy(() => timetable.schedule('more', { every: '1h', workflow: report }))).toMatchObject({
      code: 'FULL',
      limit: 1_000,
    });
    expect(timetable.get('s999')?.name).toBe('s999');
    expect(timetable.get('more')).toBeUndefined();
  });

  it('whose workflow cannot run', () => {
    const { timetable } = deskAt('2026-01-01T00:00:00Z');
    const circle = defineWorkflow('circle').step('a', { run, after: ['a' as never] });

    expect(thrownBy(() => timetable.schedule('s', { every: '1h', workflow: circle }))).toMatchObject({
      code: 'CYCLE',
    });
  });
});
