import type { Side } from '../../harness/types.ts';

/**
 * What a peer can be measured on. W1 and W2 stand for two workloads each (`W1-request` and `W1-ask`): a peer has
 * one way to call, which is compared with both.
 */
export type JobId = 'W1' | 'W2' | 'W3' | 'W4' | 'W5' | 'W6' | 'W7' | 'W8' | 'W11-choice';

/** A side whose batch may do fewer operations than the workload's: figures are per operation. */
export interface PeerSide extends Side {
  /** Operations in one batch. Without it, as many as in a batch of the workload. */
  readonly ops?: number;
}

/** Prepares a peer for a job of this size: agents, subscribers, steps, runs or tasks, as the workload says. */
export type OpenSide = (size: number) => PeerSide | Promise<PeerSide>;

/** What a peer's module exports as `sides`. */
export type PeerSides = Readonly<Partial<Record<JobId, OpenSide>>>;

/** Which side a child process is to be. */
export type SideJob =
  | { readonly side: 'limit' | 'ours'; readonly workload: string; readonly size: number }
  | { readonly side: 'peer'; readonly module: string; readonly job: JobId; readonly size: number };

/** What the parent asks of a child process. It answers each request, and first says that it is ready. */
export interface SideRequest {
  readonly kind: 'warm-up' | 'sample';
  /** Processor time of the main thread, in milliseconds. At least one batch is run. */
  readonly ms: number;
}
