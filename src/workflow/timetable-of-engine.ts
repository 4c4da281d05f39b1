import type { Runtime } from '../kernel/runtime.ts';
import type { Store } from '../storage/index.ts';
import type { Workflow } from './definition.ts';
import type { Run } from './handle.ts';
import type { RunStore } from './run-store.ts';
import type { RunStatus } from './state.ts';
import { Timetable } from './timetable.ts';
import { scheduleMemory } from './timetable-memory.ts';

/** Whoever carries out the runs. */
interface Starter {
  start(workflow: Workflow, input: unknown, options: { readonly id: string }): Run;
  get(id: string): Run | undefined;
}

const UNDER_WAY: ReadonlySet<RunStatus> = new Set<RunStatus>(['pending', 'running', 'undoing']);

/** The schedules of an engine. */
export function timetableOf(
  engine: Starter,
  { clock, events }: Runtime,
  store: Store | undefined,
  runs: RunStore | undefined,
): Timetable {
  return new Timetable({
    clock,
    // With a store only an accepted run is known to be nobody else's.
    start: (workflow, input, options) => engine.start(workflow, input, options).accepted,
    isUnderWay: async (id) => {
      const run = engine.get(id);
      if (run !== undefined) return UNDER_WAY.has(run.status);
      return runs !== undefined && (await runs.isUnderWay(id));
    },
    memory: store && scheduleMemory(store.records),
    report: (event) => {
      if (events.wants(event.type)) events.emit(event);
    },
  });
}
