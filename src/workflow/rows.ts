// What a run knows of each of its steps lies in one flat array, a row of numbers a step: an object a step, or an array
// a column, would cost more than the step itself.

/** Where a step stands: `pending` until it starts, then `running`; the rest are ends. */
export type StepStatus = 'pending' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled';

/** The statuses of a step as numbers: places in this list. */
export const STEP_STATUSES: readonly StepStatus[] = [
  'pending',
  'running',
  'completed',
  'failed',
  'skipped',
  'cancelled',
];
export const PENDING = 0;
export const RUNNING = 1;
export const COMPLETED = 2;
export const FAILED = 3;
export const SKIPPED = 4;
export const CANCELLED = 5;

/** The columns of a row. */
export const STATUS = 0;
export const ATTEMPTS = 1;
export const STARTED_AT = 2;
export const ENDED_AT = 3;
export const WAITS = 4;
export const COLUMNS = 5;

/** The time of what has not happened. */
export const NEVER = -1;

/** The rows of a run that has not begun, given how many steps each step waits for. */
export function initialRows(waits: readonly number[]): number[] {
  const rows: number[] = [];
  for (const count of waits) rows.push(PENDING, 0, NEVER, NEVER, count);
  return rows;
}

/** The output of a step that has none. */
export const NOTHING: unique symbol = Symbol('nothing');
