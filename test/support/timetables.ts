import { type Clock, defineWorkflow, type Timer, type Workflow } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { Timetable } from '../../src/workflow/timetable.ts';
import type { ScheduleEvent } from '../../src/workflow/timetable-options.ts';
import type { TimetableHost } from '../../src/workflow/timetable-schedule.ts';

/** A clock of a test whose wall time can be set, and that counts how often a timer was set. */
export class SettableClock implements Clock {
  readonly fake: FakeClock;
  timersSet = 0;
  #offset = 0;

  constructor(now: string) {
    this.fake = new FakeClock({ now: Date.parse(now) });
  }

  now(): number {
    return this.fake.now() + this.#offset;
  }
  monotonic(): number {
    return this.fake.monotonic();
  }
  schedule(callback: () => void, ms: number): Timer {
    this.timersSet++;
    return this.fake.schedule(callback, ms);
  }
  random(): number {
    return this.fake.random();
  }
  id(): string {
    return this.fake.id();
  }

  /** Sets the wall clock; no time passes. */
  set(now: string): void {
    this.#offset = Date.parse(now) - this.fake.now();
  }
}

/** A run that a timetable started. */
interface Started {
  readonly workflow: string;
  readonly input: unknown;
  readonly id: string;
}

/** A timetable, and a host that writes down what it is asked to start. */
export interface Desk {
  readonly clock: SettableClock;
  readonly timetable: Timetable;
  readonly started: Started[];
  /** The times that runs were started for. */
  readonly times: () => string[];
  readonly events: ScheduleEvent[];
  /** The ids of runs that have not ended. */
  readonly underWay: Set<string>;
}

/** A workflow to be started. */
export const report: Workflow<unknown, unknown> = defineWorkflow('report');

/** Makes a timetable on a clock that obeys. Runs end at once unless `underWay` is given their ids. */
export function deskAt(
  now: string,
  parts: Partial<TimetableHost> = {},
  clock: SettableClock = new SettableClock(now),
): Desk {
  const started: Started[] = [];
  const events: ScheduleEvent[] = [];
  const underWay = new Set<string>();
  const timetable = new Timetable({
    clock,
    start: (workflow, input, { id }) => void started.push({ workflow: workflow.name, input, id }),
    isUnderWay: (id) => underWay.has(id),
    report: (event) => void events.push(event),
    ...parts,
  });
  const times = () => started.map(({ id }) => id.slice(id.indexOf(':', 5) + 1));
  return { clock, timetable, started, times, events, underWay };
}
