import type { ErrorRecord } from '../kernel/errors.ts';
import type { RunEntry } from './history.ts';
import type { Plan } from './plan.ts';
import type { RunState } from './state.ts';

/** What was done so far at the undoing of a step. */
export interface UndoCourse {
  attempts: number;
  failures: number;
  /** Attempts that an orderly end cut off. */
  released: number;
  done: boolean;
  error: ErrorRecord | undefined;
}

/** What a failed attempt that may have done its work all the same fails with. */
const UNKNOWN: ReadonlySet<string | undefined> = new Set(['TIMEOUT', 'INTERRUPTED']);

/**
 * The steps that are to be undone, in the order of their turn.
 *
 * First those that began and have no output on record, so that nobody knows what they did: they were cancelled, or one
 * of their attempts timed out or was cut off; those that began last come first. Then those that completed, the last first: as a step completes
 * after all that it is built on, nothing is undone before what was built on it.
 */
export function undoOrder(plan: Plan, state: RunState, entries: Iterable<RunEntry>): readonly number[] {
  const begun = new Set<number>();
  /** Steps with an attempt of which no end is on record yet. */
  const running = new Set<number>();
  /** Those that a run carries out, which goes on itself and takes back its own work. */
  const byRuns = new Set<number>();
  /** Steps with an attempt that failed, and may have done its work all the same. */
  const unknown = new Set<number>();
  const completed: number[] = [];
  for (const { type, step, details } of entries) {
    // Whoever ran them is gone.
    if (type === 'run.resumed') for (const cut of running) if (!byRuns.has(cut)) unknown.add(cut);
    if (step < 0 || plan.steps[step]!.undo === undefined) continue;
    if (type === 'step.started') {
      begun.add(step);
      running.add(step);
      if (details?.child !== undefined) byRuns.add(step);
    } else if (type === 'step.retried' || type === 'step.fell-back' || type === 'step.failed') {
      running.delete(step);
      if (UNKNOWN.has(details!.error!.code)) unknown.add(step);
    } else if (type === 'step.completed') {
      completed.push(step);
    }
  }
  const open = [...begun].filter((step) => {
    const status = state.statusOf(step);
    if (status === 'cancelled') return running.has(step) || unknown.has(step);
    return status === 'failed' && unknown.has(step);
  });
  return [...open.reverse(), ...completed.reverse()];
}

/** What was done so far at the undoing of each step. */
export function undoCourses(entries: Iterable<RunEntry>): ReadonlyMap<number, UndoCourse> {
  const courses = new Map<number, UndoCourse>();
  let running: UndoCourse | undefined;
  for (const { type, step, details } of entries) {
    if (type === 'run.suspended') {
      if (running !== undefined) running.released++;
      running = undefined;
    }
    if (!type.startsWith('undo.')) continue;
    const course = courses.get(step) ?? {
      attempts: 0,
      failures: 0,
      released: 0,
      done: false,
      error: undefined,
    };
    courses.set(step, course);
    running = undefined;
    if (type === 'undo.started') {
      course.attempts++;
      running = course;
    } else if (type === 'undo.retried') {
      course.failures++;
    } else if (type === 'undo.completed') {
      course.done = true;
    } else {
      course.error = details!.error;
    }
  }
  return courses;
}

/** The runs that carry out steps of which no outcome is on record, but that they were cancelled. */
export function startedChildren(entries: Iterable<RunEntry>): ReadonlyMap<number, string> {
  const children = new Map<number, string>();
  for (const { type, step, details } of entries) {
    if (type === 'step.started' && details?.child !== undefined) children.set(step, details.child);
    else if (type === 'step.completed' || type === 'step.failed') children.delete(step);
  }
  return children;
}
