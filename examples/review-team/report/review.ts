import type { AgentRow, Board, Retry, StepRow } from '../board.ts';
import { type CheckResult, type Finding, type Kind, kinds } from '../facts.ts';
import { byRank } from '../rank.ts';
import type { Counts } from '../shelf.ts';
import type { Lane } from '../timeline.ts';

/** What the team has to say about a folder. The same for the same folder, however often agents failed. */
export interface Review {
  /** The reviewed folder, as an absolute path. */
  readonly folder: string;
  readonly counts: Counts;
  /** How many findings of each kind there are, listed or not. */
  readonly totals: Readonly<Record<Kind, number>>;
  /** Ranked, the most important first. */
  readonly findings: readonly Finding[];
  readonly remarks: readonly string[];
}

/** How the review came about. Differs from run to run. */
export interface RunRecord {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** The largest amount of memory the process held, in bytes. */
  readonly peakMemory: number;
  readonly concurrency: number;
  readonly failRate: number;
  readonly retried: number;
  readonly failed: number;
  readonly retries: readonly Retry[];
  readonly steps: readonly StepRow[];
  readonly agents: readonly AgentRow[];
  readonly lanes: readonly Lane[];
}

/** Ranks what the cross check left. */
export function toReview(folder: string, counts: Counts, { findings, totals, remarks }: CheckResult): Review {
  const all = kinds().map((kind) => [kind, totals[kind] ?? 0] as const);
  return {
    folder,
    counts,
    totals: Object.fromEntries(all) as Review['totals'],
    findings: findings.toSorted(byRank),
    remarks,
  };
}

/** Takes the run's record off the board. */
export function toRecord(
  board: Board,
  facts: Pick<RunRecord, 'peakMemory' | 'concurrency' | 'failRate'> & { readonly endedAt: number },
): RunRecord {
  const { endedAt, ...rest } = facts;
  const { startedAt, retried, failed, retries, steps, agents, lanes } = board;
  return {
    startedAt,
    durationMs: endedAt - startedAt,
    ...rest,
    retried,
    failed,
    retries,
    steps,
    agents,
    lanes,
  };
}
