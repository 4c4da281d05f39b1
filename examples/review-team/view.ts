import { stripVTControlCharacters, styleText } from 'node:util';
import { type Board, READ, type StepRow, type StepStatus, type TeamEvent } from './board.ts';
import { count, duration, oneLine } from './words.ts';

/** Where a view is shown. */
export interface Screen {
  write(text: string): void;
  readonly columns: number;
  readonly rows: number;
  readonly hasColors: boolean;
}

/** Shows a board to a person while the team works. */
export interface View {
  /** Call it after the board took in the event. */
  onEvent(event: TeamEvent): void;
  /** Call it a few times a second. */
  draw(now: number): void;
  /** Shows the last state and leaves the terminal as it was. */
  end(now: number): void;
}

/** Redraws one picture in place, for a terminal. */
export function liveView(title: string, board: Board, screen: Screen): View {
  let drawn = 0;
  const draw = (now: number): void => {
    const lines = frame(title, board, now, screen).slice(0, Math.max(1, screen.rows - 1));
    const back = drawn > 0 ? `\x1b[${drawn}A` : '';
    screen.write(`${back}\x1b[0J${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
  };
  return { onEvent: () => {}, draw, end: draw };
}

/** Writes a line when something worth a line happens, for a log or a pipe. */
export function plainView(title: string, board: Board, screen: Screen): View {
  screen.write(`${oneLine(title)}\n`);
  let quarter = 1;
  const onEvent = ({ type, step: id, at }: TeamEvent): void => {
    const step = board.steps.find((row) => row.id === id);
    if (type.startsWith('step.') && step && step.status !== 'running') {
      screen.write(`${step.id}: ${step.status} ${timeOf(step, at)}\n`);
    }
    const read = board.completed(READ);
    if (type === 'task.completed' && quarter < 4 && board.found > 0 && read >= (board.found * quarter) / 4) {
      screen.write(`read: ${progressOf(board)}\n`);
      quarter += 1;
    }
  };
  return { onEvent, draw: () => {}, end: () => {} };
}

type Color = 'bold' | 'gray' | 'cyan' | 'green' | 'red' | 'yellow';

const SIGNS: Record<StepStatus, { readonly sign: string; readonly color: Color }> = {
  waiting: { sign: '·', color: 'gray' },
  running: { sign: '●', color: 'cyan' },
  completed: { sign: '✓', color: 'green' },
  failed: { sign: '✗', color: 'red' },
  skipped: { sign: '–', color: 'gray' },
  cancelled: { sign: '✗', color: 'yellow' },
};

/** The lines of the live picture: title, files, steps, agents. No line is wider than the screen. */
export function frame(title: string, board: Board, now: number, screen: Screen): string[] {
  const paint = (color: Color, text: string): string =>
    screen.hasColors ? styleText(color, text, { validateStream: false }) : text;
  const steps = board.steps.map((step) => {
    const { sign, color } = SIGNS[step.status];
    return `${paint(color, `${sign} ${step.id}`)} ${paint('gray', timeOf(step, now))}`.trimEnd();
  });
  const width = Math.max(...board.agents.map(({ name }) => name.length), 0);
  const agents = board.agents.map(({ name, running, completed, failed }) => {
    const label = name.padEnd(width);
    const hands =
      running > 0 ? paint('cyan', `● ${running} in hand`.padEnd(12)) : paint('gray', '· idle'.padEnd(12));
    const failures = failed > 0 ? paint('yellow', count(failed, 'failed attempt')) : '';
    return `  ${label}  ${hands}  ${completed.toLocaleString('en').padStart(7)} done  ${failures}`;
  });
  return [
    `${paint('bold', oneLine(title))}  ${paint('gray', duration(now - board.startedAt))}`,
    `${bar(board.completed(READ), board.found, 24)}  ${progressOf(board)}`,
    `queue: ${board.waiting} waiting, ${board.running} running`,
    ...wrap(steps, screen.columns),
    ...agents,
  ].map((line) => shorten(line.trimEnd(), screen.columns));
}

function progressOf(board: Board): string {
  const parts = [`${board.completed(READ).toLocaleString('en')} of ${count(board.found, 'file')} read`];
  if (board.retried > 0) parts.push(count(board.retried, 'retry', 'retries'));
  if (board.failed > 0) parts.push(`${board.failed} failed`);
  return parts.join(', ');
}

function timeOf({ startedAt, endedAt }: StepRow, now: number): string {
  return startedAt === undefined ? '' : duration((endedAt ?? now) - startedAt);
}

function bar(done: number, all: number, width: number): string {
  const filled = all === 0 ? 0 : Math.min(width, Math.floor((done / all) * width));
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

function wrap(parts: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const line = lines.at(-1);
    const joined = `${line}   ${part}`;
    if (line !== undefined && stripVTControlCharacters(joined).length <= columns)
      lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines;
}

/** A line that is too wide loses its colours with its end. */
function shorten(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= columns ? line : `${plain.slice(0, Math.max(0, columns - 1))}…`;
}
