import type { ErrorRecord } from '../kernel/errors.ts';

/**
 * What every event of a task tells.
 *
 * @inline
 */
interface TaskFacts {
  /** When it happened, in epoch milliseconds. */
  readonly at: number;
  /** The task's id. */
  readonly taskId: string;
  /** What was asked for, such as `research` or `agent ada`. */
  readonly target: string;
  /** The run that the task belongs to, if it does. */
  readonly runId?: string;
  /** The step of that run. */
  readonly step?: string;
}

/**
 * What it took to come to an end.
 *
 * @inline
 */
interface TaskEffort {
  /** Attempts that were made; 0 when the task never reached an agent. */
  readonly attempts: number;
  /** From acceptance to the end, in milliseconds. */
  readonly durationMs: number;
}

/** What happens in the task distributor. */
export type TaskEvent =
  | (TaskFacts & {
      /** A task was accepted, and its time has begun. */
      readonly type: 'task.submitted';
      /** As a number: `critical` is 3, `high` 2, `medium` 1, `low` 0; higher goes first. */
      readonly priority: number;
    })
  | (TaskFacts & {
      /** No agent had a free slot; the task waits. */
      readonly type: 'task.queued';
      /** Tasks that wait for an agent, this one included. */
      readonly waiting: number;
    })
  | (TaskFacts & {
      /** An attempt begins. */
      readonly type: 'task.started';
      /** The name of the agent that was chosen. */
      readonly agent: string;
      /** The number of the attempt; 1 for the first. */
      readonly attempt: number;
    })
  | (TaskFacts & {
      /** The handler told how far it is. */
      readonly type: 'task.progressed';
      /** The name of the agent that works on it. */
      readonly agent: string;
      /** What the handler passed to `context.progress`. */
      readonly value: unknown;
    })
  | (TaskFacts & {
      /** An attempt failed and another follows after `delayMs`. */
      readonly type: 'task.retried';
      /** Whose attempt failed; missing when it never reached an agent. */
      readonly agent?: string;
      /** The number of the attempt that follows. */
      readonly attempt: number;
      /** The pause before it, in milliseconds. */
      readonly delayMs: number;
      /** What the attempt failed with. */
      readonly error: ErrorRecord;
    })
  | (TaskFacts &
      TaskEffort & {
        /** The task has its output. */
        readonly type: 'task.completed';
        /** The name of the agent whose output it is. */
        readonly agent: string;
      })
  | (TaskFacts &
      TaskEffort & {
        /** The task ended with an error, or its time was up. */
        readonly type: 'task.failed';
        /** The name of the agent that was tried last; missing when none was. */
        readonly agent?: string;
        /** What the task's result was rejected with. */
        readonly error: ErrorRecord;
      })
  | (TaskFacts &
      TaskEffort & {
        /** The task was stopped: by its signal, by `cancel()`, or with what it was part of. */
        readonly type: 'task.cancelled';
      })
  | {
      /** A handler ignored its signal through the grace period; its slot was taken back. */
      readonly type: 'task.abandoned';
      /** When it happened, in epoch milliseconds. */
      readonly at: number;
      /** The name of the agent whose handler it is. */
      readonly agent: string;
    };
