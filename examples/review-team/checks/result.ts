import type { CheckResult, Finding, Kind } from '../facts.ts';
import { MAX_FINDINGS } from '../facts.ts';
import { byRank } from '../rank.ts';

/** Counts findings and keeps the weightiest of each kind. */
export function toResult(findings: readonly Finding[], remarks: readonly string[] = []): CheckResult {
  const totals: Partial<Record<Kind, number>> = {};
  const kept = [...findings].sort(byRank).filter(({ kind }) => {
    totals[kind] = (totals[kind] ?? 0) + 1;
    return totals[kind] <= MAX_FINDINGS;
  });
  return { findings: kept, totals, remarks };
}
