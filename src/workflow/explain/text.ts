import type { ExplainedStep, ExplainedWorkflow, ExplainWarning } from './types.ts';
import { durationText, numberText, shown, targetText } from './words.ts';

/** Characters of a column at most. */
const WIDEST = 32;
/** Steps that a path names, from its start and its end. */
const NAMED_STEPS = 8;
/** Warnings that are written out. */
const MOST_WARNINGS = 50;

type Column = readonly [title: string, cell: (step: ExplainedStep) => string];

const columns: readonly Column[] = [
  ['', ({ critical }) => (critical ? '*' : '')],
  ['step', ({ id }) => id],
  ['runs', targetText],
  ['after', ({ after }) => listText(after, 3)],
  ['when', ({ condition }) => (condition === 'none' ? '' : condition)],
  ['attempts', ({ policy, worstAttempts }) => numberText(worstAttempts === 0 ? 0 : policy.attempts)],
  ['timeout', ({ policy }) => durationText(policy.timeoutMs)],
  ['at worst', ({ worstMs }) => durationText(worstMs)],
  ['estimate', ({ estimateMs }) => (estimateMs === undefined ? '' : durationText(estimateMs))],
  ['cost', ({ cost }) => (cost === undefined ? '' : numberText(cost))],
];

/** An explanation as plain text. */
export function explanationText(
  explanation: ExplainedWorkflow & {
    readonly nested: readonly ExplainedWorkflow[];
    readonly warnings: readonly ExplainWarning[];
  },
): string {
  const { nested, warnings } = explanation;
  const parts = [explanation, ...nested].map((one) => `${figures(one)}\n\n${table(one.steps)}`);
  if (warnings.length > 0) parts.push(warningText(warnings));
  return `${parts.join('\n\n')}\n`;
}

function figures(explained: ExplainedWorkflow): string {
  const { name, steps, depth, width, concurrency, worstAttempts, worstMs, deadlineMs, criticalPath, cost } =
    explained;
  const path = criticalPath.steps.map((id) => shown(id, WIDEST));
  const open = criticalPath.unestimated > 0 ? `, ${criticalPath.unestimated} without an estimate` : '';
  const lines = [
    `${shown(name, 80)}: ${plural(steps.length, 'step')} on ${plural(depth, 'level')}, up to ${width} side by side, ${numberText(concurrency)} at once`,
    `at worst       ${plural(worstAttempts, 'attempt')}, ${durationText(worstMs)} (deadline: ${durationText(deadlineMs)})`,
    `critical path  ${durationText(criticalPath.lengthMs)}: ${pathText(path)}${open}`,
  ];
  if (cost !== undefined)
    lines.push(`cost           ${numberText(cost.once)}, at most ${numberText(cost.atMost)}`);
  return lines.join('\n');
}

function table(steps: readonly ExplainedStep[]): string {
  const used = columns
    .map(([title, cell]) => ({ title, cells: steps.map((step) => shown(cell(step), WIDEST)) }))
    .filter(({ title, cells }) => title === 'step' || cells.some((cell) => cell !== ''));
  const padded = used.map(({ title, cells }) => {
    const width = cells.reduce((widest, cell) => Math.max(widest, cell.length), title.length);
    return [title, ...cells].map((cell) => cell.padEnd(width));
  });
  const lines = ['', ...steps].map((_, row) => padded.map((column) => column[row]).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

function warningText(warnings: readonly ExplainWarning[]): string {
  const lines = warnings
    .slice(0, MOST_WARNINGS)
    .map(({ code, workflow, message }) => `! ${code} (${shown(workflow, 80)}): ${shown(message, 1_000)}`);
  const more = warnings.length - lines.length;
  return [...lines, ...(more > 0 ? [`! and ${plural(more, 'more warning', 'more warnings')}`] : [])].join(
    '\n',
  );
}

function listText(names: readonly string[], most: number): string {
  const more = names.length > most ? [`+${names.length - most}`] : [];
  return [...names.slice(0, most).map((name) => shown(name, WIDEST)), ...more].join(', ');
}

function pathText(path: readonly string[]): string {
  const half = NAMED_STEPS / 2;
  const named = path.length > NAMED_STEPS ? [...path.slice(0, half), '…', ...path.slice(-half)] : path;
  return named.join(' → ');
}

function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${numberText(count)} ${count === 1 ? noun : nouns}`;
}
