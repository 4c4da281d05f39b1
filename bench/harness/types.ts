/** One way of doing a workload's job: the hand-written limit, or the same job through cadre. */
export interface Side {
  /** Does the job `ops(size)` times. This is what is timed. */
  batch(): Promise<void>;
  /** Looks at the results of the last batch, untimed. @throws when one of them is wrong. */
  check(): void;
  /** Frees what the side holds. */
  close?(): Promise<void>;
}

/** A job that is done twice, by hand and by cadre. */
export interface Workload {
  /** Short name for `--only`, for example `W1-request`. */
  readonly id: string;
  readonly title: string;
  /** What one operation is: a call, a delivery, a step, a run, a task, a choice. */
  readonly unit: string;
  /** The highest ratio to the limit that we accept. */
  readonly goal: number;
  /** Agents, steps, runs or tasks, whichever the workload grows in. */
  readonly size: number;
  readonly smokeSize: number;
  /** Sizes for `bench/growth.ts`, ascending. */
  readonly growth?: readonly number[];
  /** Operations in one batch at this size. */
  ops(size: number): number;
  limit(size: number): Side;
  ours(size: number): Promise<Side>;
}

/** How long to measure. */
export interface Plan {
  readonly rounds: number;
  /** Processor time of one sample, in milliseconds. A sample is at least one batch. */
  readonly sampleMs: number;
  /** Processor time of the warm-up of each side, in milliseconds. */
  readonly warmupMs: number;
}

/** Microseconds per operation of one sample. */
export interface Sample {
  /** Processor time of the main thread. */
  readonly mainUs: number;
  /** Processor time of all threads: garbage collection and compilation in the background included. */
  readonly processUs: number;
}

export interface Round {
  readonly limit: Sample;
  readonly ours?: Sample;
}

/** What the parent asks of a child process. */
export interface Job {
  readonly id: string;
  readonly size: number;
  readonly plan: Plan;
  /** `both`; `limit` leaves ours out; `self` measures the limit against itself, which shows the noise. */
  readonly sides: 'both' | 'limit' | 'self';
}

/** What the child process answers. */
export interface Outcome {
  readonly id: string;
  readonly size: number;
  readonly rounds: readonly Round[];
  /** Why ours could not be measured. */
  readonly error?: string;
}
