import type { AgentEvent } from '../agents/index.ts';
import type { MessageEvent } from '../messaging/index.ts';
import type { TaskEvent } from '../tasks/index.ts';
import type { RunEvent, ScheduleEvent } from '../workflow/index.ts';

/** What happens to the coordinator itself. */
export type CoordinatorEvent =
  | {
      /** It takes no more work. */
      readonly type: 'coordinator.closing';
      /** When it happened, in epoch milliseconds. */
      readonly at: number;
      /** How long what is under way may take to end by itself, in milliseconds. */
      readonly drainMs: number;
    }
  | {
      /** Everything has ended or was given up; the last event there is. */
      readonly type: 'coordinator.closed';
      /** When it happened, in epoch milliseconds. */
      readonly at: number;
      /** Requests, tasks and runs that ended by themselves in the time given. */
      readonly drained: number;
      /** Those that were cancelled. */
      readonly cancelled: number;
      /** Whose handlers ignored their signal through the grace period, such as `agent "ada"`. */
      readonly abandoned: readonly string[];
    };

/** Everything that can happen. */
export type CadreEvent = AgentEvent | MessageEvent | TaskEvent | RunEvent | ScheduleEvent | CoordinatorEvent;
