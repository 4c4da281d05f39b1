import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CheckResult, type Finding, type Kind, kinds, type Place } from './facts.ts';
import type { Shelf } from './shelf.ts';
import { count } from './words.ts';

/** When a file of the reviewed folder was last changed, in epoch milliseconds; undefined when it is gone. */
export type ChangedAt = (path: string) => Promise<number | undefined>;

/** Asks the disk. */
export function changedIn(folder: string): ChangedAt {
  return (path) =>
    stat(join(folder, path)).then(
      (stats) => stats.mtimeMs,
      () => undefined,
    );
}

/**
 * Sets the findings of all checks against the files and against each other: a finding whose file has changed
 * since is dropped, and one in a copied passage is told once, at the original, with the copies named.
 */
export async function crossCheck(
  results: readonly CheckResult[],
  shelf: Shelf,
  changedAt: ChangedAt,
  signal?: AbortSignal,
): Promise<CheckResult> {
  const all = results.flatMap(({ findings }) => findings);
  const standing: Finding[] = [];
  for (const [path, findings] of Map.groupBy(all, (finding) => finding.path)) {
    signal?.throwIfAborted();
    const facts = shelf.get(path);
    const isCurrent = facts?.kind === 'unread' || facts?.changedAt === (await changedAt(path));
    if (isCurrent) standing.push(...findings);
  }
  const findings = foldCopies(standing);
  const remarks = results.flatMap((result) => result.remarks);
  const outdated = all.length - standing.length;
  const folded = standing.length - findings.length;
  if (outdated > 0)
    remarks.push(`${count(outdated, 'finding')} left out: the file changed during the review`);
  if (folded > 0) remarks.push(`${count(folded, 'finding')} in copied passages told at the original`);
  return { findings, totals: sumOf(results), remarks };
}

function sumOf(results: readonly CheckResult[]): CheckResult['totals'] {
  const sums: Partial<Record<Kind, number>> = {};
  for (const { totals } of results) {
    for (const kind of kinds()) if (totals[kind]) sums[kind] = (sums[kind] ?? 0) + totals[kind];
  }
  return sums;
}

function foldCopies(findings: readonly Finding[]): Finding[] {
  const originalOf = originalFinder(findings);
  const copies = new Map<Finding, Place[]>();
  const told = findings.filter((finding) => {
    let original = originalOf(finding);
    if (!original) return true;
    // An original may be a copy itself, of a longer passage that stands further up.
    for (let next = originalOf(original); next; next = originalOf(original)) original = next;
    const { path, line } = finding;
    copies.set(original, [...(copies.get(original) ?? []), { path, line, endLine: line }]);
    return false;
  });
  return told.map((finding) => {
    const also = copies.get(finding);
    return also ? { ...finding, also } : finding;
  });
}

/** Finds, for a finding in the copy of a passage, the same finding in the original. */
function originalFinder(findings: readonly Finding[]): (finding: Finding) => Finding | undefined {
  const alike = Map.groupBy(findings, ({ kind, path, message }) => `${kind}\n${path}\n${message}`);
  const passages = findings.flatMap(({ kind, path, line, endLine = line, also = [] }) =>
    kind === 'duplicate' ? also.map((copy) => ({ copy, original: { path, line, endLine } })) : [],
  );
  const byCopy = Map.groupBy(passages, ({ copy }) => copy.path);
  return ({ kind, path, line, message }) => {
    if (kind === 'duplicate') return undefined;
    for (const { copy, original } of byCopy.get(path) ?? []) {
      if (!contains(copy, line)) continue;
      const candidates = alike.get(`${kind}\n${original.path}\n${message}`) ?? [];
      const match = candidates.find((candidate) => contains(original, candidate.line));
      if (match) return match;
    }
    return undefined;
  };
}

function contains({ line, endLine }: Place, number: number): boolean {
  return line <= number && number <= endLine;
}
