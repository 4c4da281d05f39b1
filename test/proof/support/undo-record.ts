import type { UndoReport } from '../../../src/index.ts';
import type { Book, BookEntry } from './book.ts';
import { ENDED } from './owners.ts';
import { type Count, ensure } from './prove.ts';

/** Attempts at a step and at an undo, when they fail. */
export const ATTEMPTS = 2;
/** How often what the end of a process cut off is begun again. */
export const RESTARTS = 50;

/** A step of a run that may be undone. */
export interface StepPlan {
  readonly id: string;
  readonly after: readonly string[];
  readonly kind: 'code' | 'nested';
  readonly undoable: boolean;
  /** Its code throws, always. */
  readonly bad: boolean;
  /** Its undo throws, always. */
  readonly stuck: boolean;
}

/** The steps of the run that carries out a step. */
export function inner(id: string): readonly StepPlan[] {
  const plan = { kind: 'code', undoable: true, bad: false, stuck: false } as const;
  const [a, b, c] = ['a', 'b', 'c'].map((letter) => `${id}${letter}`) as [string, string, string];
  return [
    { ...plan, id: a, after: [] },
    { ...plan, id: b, after: [] },
    { ...plan, id: c, after: [a], bad: id === 's1' },
  ];
}

/** Counts what there was to undo in a run. */
export function countUndoing(entries: readonly BookEntry[], count: Count): void {
  const stopped = entries.findIndex(({ type }) => type === 'run.undo-started');
  if (stopped < 0) return;
  count('undone', entries.filter(({ type }) => type === 'undo.completed').length);
  const { completed, open } = courseOf(entries.slice(0, stopped));
  count('begun without an end', open.length);
  if (entries.slice(stopped).some(({ type }) => type === 'run.resumed') && completed.length > 0)
    count('undone by more than one owner');
  if ((entries.at(-1)!['error'] as { code?: string } | undefined)?.code === 'UNDO_FAILED')
    count('could not be undone');
}

const UNKNOWN: ReadonlySet<unknown> = new Set(['TIMEOUT', 'INTERRUPTED']);

/** Which steps may have done something without an output on record, and which are completed, each in their order. */
function courseOf(entries: readonly BookEntry[]): {
  readonly open: readonly string[];
  readonly completed: readonly string[];
} {
  /** Attempts that began, less those that are known to have done nothing. */
  const unknown = new Map<string, number>();
  const completed: string[] = [];
  for (const { type, step, error } of entries) {
    if (type === 'step.started') unknown.set(step!, (unknown.get(step!) ?? 0) + 1);
    if (type === 'step.completed') completed.push(step!);
    const { code } = (error ?? {}) as { readonly code?: string };
    const isKnown = (type === 'step.retried' || type === 'step.failed') && !UNKNOWN.has(code);
    if (isKnown && unknown.has(step!)) unknown.set(step!, unknown.get(step!)! - 1);
  }
  const open = [...unknown].filter(([step, attempts]) => attempts > 0 && !completed.includes(step));
  return { open: open.map(([step]) => step), completed };
}

/** What stands in one stream, against what S1 and S2 demand of it. */
export function lookAtUndo(
  stream: string,
  entries: readonly BookEntry[],
  book: Book,
  outer: readonly StepPlan[],
): void {
  const stopped = entries.findIndex(({ type }) => type === 'run.undo-started');
  if (stopped < 0) {
    ensure(
      !entries.some(({ type }) => type.startsWith('undo.')),
      () => `${stream}: an undo before the run is undone`,
    );
    return;
  }
  const workflow = String(entries[0]!['workflow']);
  const plans = workflow === 'flow' ? outer : inner(workflow.slice('nested-'.length));
  const plan = new Map(plans.map((step) => [step.id, step]));
  const { open, completed } = courseOf(entries.slice(0, stopped));
  const order = [...open.toReversed(), ...completed.toReversed()].filter((step) => plan.get(step)!.undoable);
  const settled = new Set<string>();
  const blocked = new Set<string>();
  const block = (step: string): void => {
    for (const before of plan.get(step)!.after) {
      blocked.add(before);
      block(before);
    }
  };
  const attempts = new Map<string, number>();
  const next = (): string | undefined => order.find((step) => !settled.has(step) && !blocked.has(step));
  const undone: string[] = [];
  const failed: string[] = [];
  for (const { type, step, attempt } of entries.slice(stopped + 1)) {
    ensure(!type.startsWith('step.'), () => `${stream}: ${type} ${step} while it is undone`);
    if (!type.startsWith('undo.')) continue;
    ensure(
      step === next(),
      () => `${stream}: ${type} ${step}, and the turn is that of ${next()} of ${order}`,
    );
    if (type === 'undo.started') {
      const before = attempts.get(step!) ?? 0;
      ensure(
        attempt === before + 1,
        () => `${stream}: attempt ${String(attempt)} at the undo of ${step} follows ${before}`,
      );
      ensure(before < ATTEMPTS + RESTARTS, () => `${stream}: too many attempts at the undo of ${step}`);
      attempts.set(step!, before + 1);
      lookAtParts(stream, step!, book);
    } else if (type === 'undo.completed' || type === 'undo.failed') {
      ensure(attempts.has(step!), () => `${stream}: ${type} of ${step} that never began`);
      settled.add(step!);
      (type === 'undo.failed' ? failed : undone).push(step!);
      if (type === 'undo.failed') block(step!);
    }
  }
  const end = entries.at(-1)!;
  if (!ENDED.test(end.type)) return;
  ensure(end.type === `run.${String(entries[stopped]!['outcome'])}`, () => `${stream}: ${end.type}`);
  const report = end['undo'] as UndoReport;
  const said = [report.undone, report.failed.map(({ step }) => step), report.remaining].join(' / ');
  const is = [undone, failed, order.filter((step) => !settled.has(step))].join(' / ');
  ensure(said === is, () => `${stream}: the report says ${said}, and on record is ${is}`);
  ensure(next() === undefined, () => `${stream}: it ended before ${next()} was undone`);
}

/** Nothing of a run is undone before the runs that are part of it have ended. */
function lookAtParts(stream: string, step: string, book: Book): void {
  for (const [part, entries] of book.streams) {
    const { runId } = (entries[0]!['parent'] as { readonly runId: string } | undefined) ?? {};
    if (stream !== `run/${runId}`) continue;
    ensure(ENDED.test(entries.at(-1)!.type), () => `${stream}: ${step} is undone before ${part} has ended`);
  }
}
