import type { AgentEvent } from '../agents/index.ts';
import type { MessageEvent } from '../messaging/index.ts';
import type { TaskEvent } from '../tasks/index.ts';
import type { RunEvent } from '../workflow/index.ts';

/** What happens to the coordinator itself. */
export type CoordinatorEvent =
  | { readonly type: 'coordinator.closing'; readonly at: number; readonly drainMs: number }
  /** The last event there is. */
  | {
      readonly type: 'coordinator.closed';
      readonly at: number;
      readonly drained: number;
      readonly cancelled: number;
      readonly abandoned: readonly string[];
    };

/** Everything that can happen. */
export type CadreEvent = AgentEvent | MessageEvent | TaskEvent | RunEvent | CoordinatorEvent;
