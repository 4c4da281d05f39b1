import { expect, it } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import { scheduleMemory } from '../../src/workflow/timetable-memory.ts';
import { deskAt, report } from '../support/timetables.ts';

it('keeps the last time of each schedule in the records of a store', async () => {
  const memory = scheduleMemory(memoryStore().records);
  expect(await memory.read('a')).toBeUndefined();
  await memory.write('a', 1);
  await memory.write('a', 2);
  await memory.write('b', 3);

  expect([await memory.read('a'), await memory.read('b'), await memory.read('c')]).toEqual([2, 3, undefined]);
});

it('lets one of two writers at once win, and neither fail', async () => {
  const memory = scheduleMemory(memoryStore().records);
  await memory.write('a', 1);
  await Promise.all([memory.write('a', 2), memory.write('a', 3)]);

  expect([2, 3]).toContain(await memory.read('a'));
});

it('takes what is no time for none', async () => {
  const { records } = memoryStore();
  await records.create('schedule/a', 'yesterday');

  expect(await scheduleMemory(records).read('a')).toBeUndefined();
});

it('makes up for what was missed between two processes', async () => {
  const memory = scheduleMemory(memoryStore().records);
  const hourly = { every: '1h', missed: 'once', workflow: report } as const;
  const before = deskAt('2026-01-01T00:30:00Z', { memory });
  before.timetable.schedule('s', hourly);
  await before.clock.fake.advance('1h'); // 01:00
  before.timetable.close();
  const after = deskAt('2026-01-01T06:30:00Z', { memory });
  after.timetable.schedule('s', hourly);
  await after.clock.fake.advance('45m');

  expect(after.times()).toEqual(['2026-01-01T06:00:00Z', '2026-01-01T07:00:00Z']);
});

it('is told of when it cannot be read, and the schedule goes on', async () => {
  const read = () => Promise.reject(new Error('no disk'));
  const { clock, timetable, events } = deskAt('2026-01-01T00:30:00Z', { memory: { read, write: () => {} } });
  const schedule = timetable.schedule('s', { every: '1h', workflow: report });
  await clock.fake.advance('1h');

  // Whether somebody else has run it cannot be known then, and a run too few is better than one too many.
  expect(schedule.stats()).toMatchObject({ failed: 2, started: 0 });
  expect(events[0]).toMatchObject({ type: 'schedule.failed', error: { message: 'no disk' } });
});

it('looks at nothing missed when a schedule is cancelled while it is read', async () => {
  const read = Promise.withResolvers<number>();
  const { clock, timetable, times } = deskAt('2026-01-01T05:30:00Z', {
    memory: { read: () => read.promise, write: () => {} },
  });
  timetable.schedule('s', { every: '1h', workflow: report, missed: 'once' }).cancel();
  read.resolve(0);
  await clock.fake.settle();

  expect(times()).toEqual([]);
});
