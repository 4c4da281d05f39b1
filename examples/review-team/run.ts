import { Coordinator, leastLoaded, type Workflow } from '../../src/index.ts';
import { Board, READ } from './board.ts';
import type { Settings } from './cli.ts';
import { type Review, type RunRecord, toRecord } from './report/review.ts';
import { Shelf } from './shelf.ts';
import type { WriteText } from './summary.ts';
import { makeTeam, type ReportFiles, writeReport } from './team.ts';
import type { View } from './view.ts';
import { count } from './words.ts';
import { reviewWorkflow } from './workflow.ts';

/** What a review needs besides its settings. */
export interface Surroundings {
  /** Makes the view that people watch while the team works. */
  readonly watch: (board: Board) => View;
  /** Stops everything when it aborts. */
  readonly signal: AbortSignal;
  /** Writes the summary, if there is a model. */
  readonly write?: WriteText | undefined;
}

/** What came of a review. */
export interface Outcome {
  readonly review: Review;
  readonly run: RunRecord;
  readonly report: ReportFiles;
}

/** The review was stopped; the message says what was finished by then. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

const REDRAW_MS = 100;

/**
 * Reviews a folder and writes the report.
 *
 * @throws StoppedError when the signal aborts; nothing is left running then.
 */
export async function runReview(
  settings: Settings,
  { watch, signal, write }: Surroundings,
): Promise<Outcome> {
  const { folder, out, concurrency, failRate } = settings;
  const shelf = new Shelf();
  const agents = makeTeam(settings, shelf, write);
  const workflow = reviewWorkflow(shelf, concurrency, write !== undefined);
  const names = agents.map(({ name }) => name);
  const plan = workflow.steps.map(({ id, after, run }) => ({ id, after, target: whom(run) }));
  const board = new Board(plan, names, Date.now());
  const view = watch(board);

  await using coordinator = new Coordinator({ agents, routing: leastLoaded() });
  coordinator.events.onAny((event) => {
    board.apply(event);
    view.onEvent(event);
  });
  const redraw = setInterval(() => view.draw(Date.now()), REDRAW_MS);
  try {
    const { review, summary } = await coordinator.run(workflow, { folder, out }, { signal });
    const peakMemory = process.resourceUsage().maxRSS * 1024;
    const run = toRecord(board, { endedAt: Date.now(), peakMemory, concurrency, failRate });
    const report = await coordinator.ask(writeReport, { out, review, run, summary }, { signal });
    return { review, run, report };
  } catch (error) {
    throw signal.aborted ? new StoppedError(whatWasDone(board)) : error;
  } finally {
    clearInterval(redraw);
    view.end(Date.now());
  }
}

function whatWasDone(board: Board): string {
  const steps = board.steps.filter(({ status }) => status === 'completed').map(({ id }) => id);
  const done = steps.length === 0 ? 'no step was finished' : `finished: ${steps.join(', ')}`;
  const read = `${board.completed(READ).toLocaleString('en')} of ${count(board.found, 'file')} read`;
  return `Stopped; ${done}; ${read}. No report was written.`;
}

/** Whom a step is for, in a word. */
function whom(run: Workflow['steps'][number]['run']): string {
  if (typeof run === 'function') return 'plain code';
  return 'name' in run ? run.name : 'whoever can';
}
