import { isCadreError } from '../kernel/errors.ts';
import type { Records } from '../storage/index.ts';
import type { ScheduleMemory } from './timetable-schedule.ts';

/** What the keys of the records begin with. */
const PREFIX = 'schedule/';

/** Keeps the times that schedules last started a run for in the records of a store, a record for each. */
export function scheduleMemory(records: Records): ScheduleMemory {
  return {
    async read(schedule) {
      const record = await records.get(PREFIX + schedule);
      const dueAt = record === undefined ? Number.NaN : Number(record.text);
      return Number.isFinite(dueAt) ? dueAt : undefined;
    },
    async write(schedule, dueAt) {
      const key = PREFIX + schedule;
      try {
        const record = await records.get(key);
        if (record === undefined) await records.create(key, `${dueAt}`);
        else await records.update(key, `${dueAt}`, record.revision);
      } catch (error) {
        // Another process has started a run meanwhile, and what it has written is as good.
        if (!isCadreError(error, 'CONFLICT')) throw error;
      }
    },
  };
}
