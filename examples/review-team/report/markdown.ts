import { basename } from 'node:path';
import type { StepRow } from '../board.ts';
import type { Finding, Kind } from '../facts.ts';
import { KINDS, kinds } from '../facts.ts';
import { lookFirst } from '../rank.ts';
import { bytes, count, duration } from '../words.ts';
import { markdown, relativeHref } from './escape.ts';
import { STATUS } from './graph.ts';
import { aboutRun, otherPlaces, placeOf, timeTaken } from './phrases.ts';
import type { Review, RunRecord } from './review.ts';

const LISTED = 50;
const FIRST = 10;

/** Where a report stands, so that its links lead to the files. */
export interface ReportPlace {
  /** The folder of the report, as an absolute path. */
  readonly out: string;
  /** A few sentences about the findings, by a model, if there is one. */
  readonly summary?: string | undefined;
}

/** Writes the report as Markdown. */
export function reportMarkdown(review: Review, run: RunRecord, place: ReportPlace): string {
  const { counts, totals, findings, remarks } = review;
  const link = (finding: Finding): string =>
    `[${markdown(placeOf(finding))}](<${relativeHref(place.out, review.folder, finding.path)}>)`;
  const sections = kinds().filter((kind) => totals[kind] > 0);
  return `# Review of ${markdown(basename(review.folder))}

${count(counts.files, 'file')}, ${bytes(counts.bytes)}, ${count(counts.lines, 'line')} of text; \
${count(sumOf(totals), 'finding')}. Reviewed in ${duration(run.durationMs)} on ${new Date(run.startedAt).toISOString()}.
${place.summary === undefined ? '' : `\n${place.summary.trim()}\n`}
## Findings by kind

${
  sections.length === 0
    ? 'Nothing was found.'
    : table(
        ['kind', 'findings'],
        sections.map((kind) => [KINDS[kind], String(totals[kind])]),
      )
}
${remarks.map((remark) => `\n- ${markdown(remark)}`).join('')}

## Look at these first

${list(lookFirst(findings, FIRST), link)}
${sections.map((kind) => kindSection(kind, review, link)).join('\n')}
${runSection(run)}`;
}

function kindSection(kind: Kind, { findings, totals }: Review, link: (finding: Finding) => string): string {
  const shown = findings.filter((finding) => finding.kind === kind).slice(0, LISTED);
  const rest = totals[kind] - shown.length;
  return `
## ${KINDS[kind]}

${list(shown, link)}${rest > 0 ? `- … and ${rest} more\n` : ''}`;
}

function list(findings: readonly Finding[], link: (finding: Finding) => string): string {
  return findings
    .map((finding) => {
      const also = otherPlaces(finding, 3);
      const message = also === '' ? finding.message : `${finding.message} (${also})`;
      return `- **${finding.severity}** ${link(finding)} ${markdown(message)}\n`;
    })
    .join('');
}

function runSection(run: RunRecord): string {
  const agents = run.agents.map(({ name, completed, failed }) => [name, String(completed), String(failed)]);
  const retries = run.retries.map(({ who, message }) => `- ${markdown(`${who}: ${message}`)}\n`);
  return `## The run

${aboutRun(run)}

\`\`\`mermaid
flowchart LR
${run.steps.flatMap((step, index) => mermaid(step, index, run.steps)).join('\n')}
\`\`\`

${table(['agent', 'tasks done', 'failed attempts'], agents)}${retries.length === 0 ? '' : `\nThe first retries:\n\n${retries.join('')}`}`;
}

function mermaid(step: StepRow, index: number, all: readonly StepRow[]): string[] {
  const state = [STATUS[step.status], timeTaken(step)].filter(Boolean).join(', ');
  const box = `  s${index}["${step.id}<br>${state}"]`;
  return [box, ...step.after.map((before) => `  s${all.findIndex(({ id }) => id === before)} --> s${index}`)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdown).join(' | ')} |\n`;
  return `${line(head)}|${' --- |'.repeat(head.length)}\n${rows.map(line).join('')}`;
}

function sumOf(totals: Review['totals']): number {
  return Object.values(totals).reduce((sum, total) => sum + total, 0);
}
