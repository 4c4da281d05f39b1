import type { Finding, Kind, Severity } from './facts.ts';
import { isAside } from './places.ts';

const SEVERITIES: readonly Severity[] = ['high', 'medium', 'low', 'note'];

/** How far down a finding stands. What is only there to test the rest stands one level lower. */
function level({ severity, path }: Finding): number {
  return SEVERITIES.indexOf(severity) + (isAside(path) ? 1 : 0);
}

/**
 * The order of the report: by severity, then by weight within a kind's own measure, then by place. Complete:
 * two different findings are never equal, so the order does not depend on who found what first.
 */
export function byRank(a: Finding, b: Finding): number {
  return (
    level(a) - level(b) ||
    b.weight - a.weight ||
    compare(a.path, b.path) ||
    a.line - b.line ||
    compare(a.kind, b.kind) ||
    compare(a.message, b.message)
  );
}

/** The findings to look at first: the highest of the ranking, but no more than a third of one kind. */
export function lookFirst(ranked: readonly Finding[], number: number): Finding[] {
  const shown = new Map<Kind, number>();
  const first: Finding[] = [];
  for (const finding of ranked) {
    const alike = shown.get(finding.kind) ?? 0;
    if (first.length >= number) break;
    if (alike >= number / 3) continue;
    shown.set(finding.kind, alike + 1);
    first.push(finding);
  }
  return first;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
