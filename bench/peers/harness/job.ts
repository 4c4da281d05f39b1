import { median } from '../../harness/statistics.ts';
import type { Plan, Sample, Workload } from '../../harness/types.ts';
import type { Peer } from './roster.ts';
import { type Entrant, type Measured, measureInTurn } from './rounds.ts';
import type { JobId } from './types.ts';

/** A job, the workloads that are compared in it, and the peers that have it. */
export interface Job {
  readonly id: JobId;
  readonly workloads: readonly Workload[];
  readonly peers: readonly Peer[];
}

/** How one side did on one workload. */
export interface Standing {
  readonly us?: number;
  /** Times the limit of the same size, in the same round: median over the rounds. */
  readonly ratio?: number;
  /** The same for the processor time of all threads. */
  readonly processRatio?: number;
  /** The size it was measured at, where that is not the workload's. */
  readonly reducedTo?: number;
  readonly lacks?: string;
  readonly error?: string;
}

/** One row of the table. */
export interface Row {
  readonly workload: Workload;
  readonly size: number;
  readonly limit: Standing;
  readonly ours: Standing;
  readonly peers: ReadonlyMap<string, Standing>;
  /** The peer with the lowest ratio of those that do the whole job. */
  readonly best?: string;
  /** The ratio of the best peer over ours, within a round: above 1, ours is ahead. */
  readonly lead?: number;
}

type Side = 'limit' | 'ours';
const keyOf = (side: Side, id: string, size: number) => `${side} ${id} ${size}`;
const keyOfPeer = (peer: Peer) => `peer ${peer.name}`;

function sizeOf(workload: Workload, smoke: boolean): number {
  return smoke ? workload.smokeSize : workload.size;
}

/** A row's look at what was measured. */
class Comparison {
  readonly #measured: Measured;

  constructor(measured: Measured) {
    this.#measured = measured;
  }

  /** By round, how many times the time of `base` a side took; undefined where one of them has no sample. */
  ratios(key: string, base: string, of: keyof Sample): (number | undefined)[] {
    return this.#measured.rounds.map((round) => {
      const [sample, limit] = [round.get(key), round.get(base)];
      return sample && limit && sample[of] / limit[of];
    });
  }

  standing(key: string, base: string): Standing {
    const error = this.#measured.failures.get(key) ?? this.#measured.failures.get(base);
    const samples = this.#measured.rounds.flatMap((round) => round.get(key) ?? []);
    if (error !== undefined || samples.length === 0) return { error: error ?? 'not measured' };
    return {
      us: median(samples.map(({ mainUs }) => mainUs)),
      ratio: middle(this.ratios(key, base, 'mainUs'))!,
      processRatio: middle(this.ratios(key, base, 'processUs'))!,
    };
  }
}

function middle(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? median(known) : undefined;
}

function rowOf(workload: Workload, job: Job, comparison: Comparison, smoke: boolean): Row {
  const size = sizeOf(workload, smoke);
  const limitAt = (peerSize: number) => keyOf('limit', workload.id, peerSize);
  const ours = keyOf('ours', workload.id, size);
  const standings = job.peers.map((peer): [Peer, Standing] => {
    const { maxSize = size, wholeIn, ...one } = peer.jobs[job.id] ?? {};
    const lacks = wholeIn === workload.id ? undefined : one.lacks;
    const standing = comparison.standing(keyOfPeer(peer), limitAt(Math.min(size, maxSize)));
    return [peer, { ...standing, ...(maxSize < size && { reducedTo: maxSize }), ...(lacks && { lacks }) }];
  });
  const row: Row = {
    workload,
    size,
    limit: comparison.standing(limitAt(size), limitAt(size)),
    ours: comparison.standing(ours, limitAt(size)),
    peers: new Map(standings.map(([peer, standing]) => [peer.name, standing])),
  };
  const [best] = standings
    .filter(([, { ratio, lacks }]) => ratio !== undefined && lacks === undefined)
    .sort(([, a], [, b]) => a.ratio! - b.ratio!);
  if (!best) return row;
  const [peer, { reducedTo = size }] = best;
  const oursByRound = comparison.ratios(ours, limitAt(size), 'mainUs');
  const peerByRound = comparison.ratios(keyOfPeer(peer), limitAt(reducedTo), 'mainUs');
  const lead = middle(peerByRound.map((ratio, round) => ratio && ratio / (oursByRound[round] ?? Number.NaN)));
  return { ...row, best: peer.name, ...(lead !== undefined && !Number.isNaN(lead) && { lead }) };
}

/** Measures limit, ours and all peers of a job in turn; returns a row for each of its workloads. */
export async function measureJob(
  job: Job,
  plan: Plan,
  smoke: boolean,
  installError: string | undefined,
): Promise<Row[]> {
  const entrants = new Map<string, Entrant>();
  // Not even tried: Node would find some of them in the folder of the project, in another version.
  const missing = job.peers.filter((peer) => installError !== undefined && peer.package !== undefined);
  const failed = new Map(missing.map((peer) => [keyOfPeer(peer), installError!]));
  const enter = (key: string, of: Entrant['job']) => entrants.set(key, { key, job: of });
  for (const workload of job.workloads) {
    const size = sizeOf(workload, smoke);
    for (const side of ['limit', 'ours'] as const) {
      enter(keyOf(side, workload.id, size), { side, workload: workload.id, size });
    }
    for (const peer of job.peers) {
      const peerSize = Math.min(size, peer.jobs[job.id]?.maxSize ?? size);
      enter(keyOf('limit', workload.id, peerSize), { side: 'limit', workload: workload.id, size: peerSize });
      enter(keyOfPeer(peer), { side: 'peer', module: peer.module, job: job.id, size: peerSize });
    }
  }
  const comparison = new Comparison(await measureInTurn([...entrants.values()], plan, failed));
  return job.workloads.map((workload) => rowOf(workload, job, comparison, smoke));
}
