import type { ErrorRecord } from '../kernel/errors.ts';
import type { EntryDetails } from './history.ts';
import type { StoredEntry } from './stored-run.ts';

/** A step that was under way when the last owner of its run was gone. */
export interface OpenStep {
  readonly step: string;
  /** The number of the last attempt that began, or of the one that was waited for. */
  readonly attempt: number;
  /** The run that carries it out. */
  readonly child: string | undefined;
  /** When the attempt that was waited for is due, in epoch milliseconds; undefined when an attempt was cut off. */
  readonly dueAt: number | undefined;
  /** Attempts that were cut off, other than by an orderly end; after a fallback, those at it. */
  readonly interruptions: number;
  /** Attempts that an orderly end cut off; after a fallback, those at it. */
  readonly released: number;
  /** Set when it had failed, and something else was done for it: with what, and after how many attempts. */
  readonly fellBack: { readonly error: ErrorRecord; readonly attempts: number } | undefined;
  /** What the entry of its start said, and its votes and escalations since: for steps that wait. */
  readonly course: readonly StoredEntry[];
}

/** What a new owner has to know of the steps of a run. */
export interface Resumption {
  /** Those that were under way, in the order in which they first began. */
  readonly open: readonly OpenStep[];
  /** Steps that failed, in that order, with the error that is on record. */
  readonly failed: readonly { readonly step: string; readonly error: ErrorRecord }[];
  /** What the entry says with which the undoing of the run began; undefined when it has not. */
  readonly stopped: EntryDetails | undefined;
}

interface Course {
  attempt: number;
  child: string | undefined;
  dueAt: number | undefined;
  /** True until the end of the attempt is known: by a retry, or as the run was suspended in good order. */
  running: boolean;
  /** Attempts that began, less those whose end is known. */
  interruptions: number;
  /** Attempts that an orderly end cut off. */
  released: number;
  fellBack: OpenStep['fellBack'];
  readonly entries: StoredEntry[];
}

/** Reads off the entries of a run what its new owner goes on with. */
export function resumptionOf(entries: readonly StoredEntry[]): Resumption {
  const courses = new Map<string, Course>();
  const failed: { step: string; error: ErrorRecord }[] = [];
  const settle = (course: Course): void => {
    if (course.running) course.interruptions--;
    course.running = false;
  };
  for (const entry of entries) {
    const { type, at, step, details } = entry;
    if (type === 'run.suspended') {
      for (const course of courses.values()) {
        if (course.running) course.released++;
        settle(course);
      }
    }
    // What is undone is seen to apart.
    if (step === undefined || type.startsWith('undo.')) continue;
    const course = courses.get(step) ?? newCourse();
    if (ENDS.has(type)) {
      if (type === 'step.failed') failed.push({ step, error: details!.error! });
      courses.delete(step);
      continue;
    }
    courses.set(step, course);
    course.entries.push(entry);
    if (type === 'step.started') {
      course.attempt = details?.attempt ?? 1;
      course.child = details?.child;
      course.dueAt = undefined;
      course.running = true;
      course.interruptions++;
    } else if (type === 'step.retried') {
      settle(course);
      course.attempt = details!.attempt!;
      course.dueAt = at + details!.delayMs!;
      course.child = undefined;
    } else if (type === 'step.fell-back') {
      course.fellBack = { error: details!.error!, attempts: course.attempt };
      course.running = false;
      course.interruptions = 0;
      course.released = 0;
      course.dueAt = undefined;
      course.child = undefined;
    } else if (type === 'step.join-timed-out') {
      courses.delete(step);
    }
  }
  const open = Array.from(courses, ([step, { running: _, entries: course, ...facts }]) => {
    return { step, course, ...facts };
  });
  const stopped = entries.find(({ type }) => type === 'run.undo-started')?.details;
  return { open, failed, stopped };
}

const ENDS: ReadonlySet<string> = new Set([
  'step.completed',
  'step.failed',
  'step.skipped',
  'step.cancelled',
]);

function newCourse(): Course {
  return {
    attempt: 0,
    child: undefined,
    dueAt: undefined,
    running: false,
    interruptions: 0,
    released: 0,
    fellBack: undefined,
    entries: [],
  };
}
