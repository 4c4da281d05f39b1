import type { StepRow } from '../board.ts';
import type { Finding } from '../facts.ts';
import { bytes, count, duration } from '../words.ts';
import type { RunRecord } from './review.ts';

/** Where a finding is: `src/a.ts:12`, or `src/a.ts` when it is about the whole file. */
export function placeOf({ path, line }: Finding): string {
  return line > 0 ? `${path}:${line}` : path;
}

/** The other places of a finding, the first few by name: "also b.md:3–9 and 4 more". Empty when there are none. */
export function otherPlaces({ also = [] }: Finding, named: number): string {
  if (also.length === 0) return '';
  const places = also
    .slice(0, named)
    .map(({ path, line, endLine }) => `${path}:${line}${endLine > line ? `–${endLine}` : ''}`);
  const rest = also.length > named ? ` and ${also.length - named} more` : '';
  return `also ${places.join(', ')}${rest}`;
}

/** How long a step took; empty when it has not ended. */
export function timeTaken({ startedAt, endedAt }: StepRow): string {
  return startedAt === undefined || endedAt === undefined ? '' : duration(endedAt - startedAt);
}

/** A run in two sentences. */
export function aboutRun({ concurrency, peakMemory, retried, failed, failRate }: RunRecord): string {
  const figures = [
    `${count(concurrency, 'file')} at a time`,
    `${bytes(peakMemory)} of memory at most`,
    count(retried, 'retry', 'retries'),
    `${failed.toLocaleString('en')} failed for good`,
  ].join(', ');
  return failRate > 0
    ? `${figures}. Agents were made to fail in ${Math.round(failRate * 100)} % of their attempts.`
    : `${figures}.`;
}
