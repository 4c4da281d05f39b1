import type { ErrorRecord } from '../kernel/errors.ts';

/** What every event of a task tells. */
interface TaskFacts {
  readonly at: number;
  readonly taskId: string;
  /** What was asked for, such as `research` or `agent ada`. */
  readonly target: string;
  /** The run and step that the task belongs to, if it does. */
  readonly runId?: string;
  readonly step?: string;
}

/** What happens in the task distributor. */
export type TaskEvent =
  | (TaskFacts & { readonly type: 'task.submitted'; readonly priority: number })
  /** No agent had a free slot; the task waits. */
  | (TaskFacts & { readonly type: 'task.queued'; readonly waiting: number })
  | (TaskFacts & { readonly type: 'task.started'; readonly agent: string; readonly attempt: number })
  | (TaskFacts & { readonly type: 'task.progressed'; readonly agent: string; readonly value: unknown })
  | (TaskFacts & {
      /** An attempt failed and another follows after `delayMs`. */
      readonly type: 'task.retried';
      /** Whose attempt failed; missing when it never reached an agent. */
      readonly agent?: string;
      /** The number of the attempt that follows. */
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: ErrorRecord;
    })
  | (TaskFacts & {
      readonly type: 'task.completed';
      readonly agent: string;
      readonly attempts: number;
      /** From acceptance to the result. */
      readonly durationMs: number;
    })
  | (TaskFacts & {
      readonly type: 'task.failed';
      readonly agent?: string;
      readonly attempts: number;
      readonly durationMs: number;
      readonly error: ErrorRecord;
    })
  | (TaskFacts & { readonly type: 'task.cancelled'; readonly attempts: number; readonly durationMs: number })
  /** A handler ignored its signal through the grace period; its slot was taken back. */
  | { readonly type: 'task.abandoned'; readonly at: number; readonly agent: string };
