import { ClosedError } from '../kernel/errors.ts';
import { ignore } from '../kernel/functions.ts';
import { Pause } from '../kernel/pause.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { CoordinatorEvent } from './events.ts';

/** What became of the work that was under way when a coordinator was closed. */
export interface CloseReport {
  /** Requests, tasks and runs that ended by themselves in the time given. */
  readonly drained: number;
  /** Those that were cancelled. */
  readonly cancelled: number;
  /** Whose handlers ignored their signal through the grace period, such as `agent "ada"`; they may still run. */
  readonly abandoned: readonly string[];
}

/**
 * Ends everything under way: lets it finish for `drainMs`, cancels what is left, and waits for the handlers to notice,
 * at most for the grace period.
 *
 * @param settled Resolves when everything is stored that has to be.
 */
export async function shutDown(
  runtime: Runtime,
  drainMs: number,
  settled: () => Promise<void>,
): Promise<CloseReport> {
  const { root, handlers, deadlines, events, clock } = runtime;
  tell(runtime, { type: 'coordinator.closing', at: clock.now(), drainMs });

  const before = [...root.children()];
  if (before.length > 0 && drainMs > 0) {
    const wait = new Pause(runtime, drainMs);
    root.onEmpty = () => wait.finish();
    await wait.result.catch(ignore);
    root.onEmpty = undefined;
  }

  const drained = before.filter((scope) => scope.ended).length;
  const cancelled = [...root.children()].length;
  handlers.abandoned = [];
  root.stop(new ClosedError('Coordinator'));
  if (handlers.active > 0) {
    await new Promise<void>((resolve) => {
      handlers.onNone = resolve;
    });
  }

  await settled();

  const report = { drained, cancelled, abandoned: handlers.abandoned };
  tell(runtime, { type: 'coordinator.closed', at: clock.now(), ...report });
  deadlines.close();
  events.close();
  return report;
}

function tell({ events }: Runtime, event: CoordinatorEvent): void {
  if (events.wants(event.type)) events.emit(event);
}
