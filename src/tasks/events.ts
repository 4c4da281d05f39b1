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
 * What the last event of a task tells besides.
 *
 * @inline
 */
interface TaskEndFacts extends TaskFacts {
  /** Attempts that were given to an agent. */
  readonly attempts: number;
  /** From acceptance to the end, in milliseconds. */
  readonly durationMs: number;
}

/** What happens in the task distributor. */
export type TaskEvent =
  | (TaskFacts & {
      /** A task was accepted, and its time has begun. */
      readonly type: 'task.submitted';
      /** Higher goes first; the names `low`, `medium`, `high` and `critical` are 0 to 3. */
      readonly priority: number;
    })
  | (TaskFacts & {
      /** No agent had a free slot; the task waits. */
      readonly type: 'task.queued';
      /** Tasks that wait for an agent, this one included. */
      readonly waiting: number;
    })
  | (TaskFacts & {
      /** An agent begins with an attempt. */
      readonly type: 'task.started';
      /** The agent's name. */
      readonly agent: string;
      /** The number of the attempt, 1 for the first; in a run that of the attempt at the step. */
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
      /** The name of the agent that was tried last; missing when none was. */
      readonly agent?: string;
      /** The number of the attempt that follows. */
      readonly attempt: number;
      /** The pause before it, in milliseconds. */
      readonly delayMs: number;
      /** What the attempt failed with. */
      readonly error: ErrorRecord;
    })
  | (TaskEndFacts & {
      /** The task has its output. */
      readonly type: 'task.completed';
      /** The name of the agent whose output it is. */
      readonly agent: string;
    })
  | (TaskEndFacts & {
      /** The task ended with an error, or its time was up. */
      readonly type: 'task.failed';
      /** The name of the agent that was tried last; missing when none was. */
      readonly agent?: string;
      /** What the task's result was rejected with. */
      readonly error: ErrorRecord;
    })
  | (TaskEndFacts & {
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
