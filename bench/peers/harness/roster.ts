import type { JobId } from './types.ts';

/** How a peer does a job, as far as it is not the whole job at full size. */
interface PeerJob {
  /** The largest size that this peer is measured at. The limit is then measured at that size, too. */
  readonly maxSize?: number;
  /** What of the job the peer lacks. Its figure is shown, and left out of the comparison. */
  readonly lacks?: string;
  /** The workloads that do not ask for what it lacks. */
  readonly wholeIn?: string;
}

export interface Peer {
  readonly name: string;
  /** Its file in `bench/peers/`. */
  readonly module: string;
  /** The package that makes it a peer; none for what needs no install. */
  readonly package?: string;
  readonly jobs: Readonly<Partial<Record<JobId, PeerJob>>>;
}

export const jobIds: readonly JobId[] = ['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'W8', 'W11-choice'];

const graphs: Peer['jobs'] = { W4: {}, W5: {}, W6: {}, W7: {} };
/** For peers whose time for a step grows with the steps of the graph. */
const smallerGraphs: Peer['jobs'] = { ...graphs, W6: { maxSize: 1_000 } };
const noPriorities: PeerJob = { lacks: 'no priorities' };
const noDeadline = (wholeIn: string): PeerJob => ({ lacks: 'no deadline', wholeIn });
/** A layer is as good as a graph where each step waits for all of the layer before. */
const layered: Peer['jobs'] = { ...graphs, W6: { lacks: 'a step waits for the whole layer before' } };

/** All peers, in the order of the table's columns. How each is used stands in its module. */
export const peers: readonly Peer[] = [
  {
    name: 'moleculer',
    module: 'moleculer.ts',
    package: 'moleculer',
    jobs: { W1: noDeadline('W1-open'), W2: noDeadline('W2-open'), W3: {} },
  },
  {
    name: 'moleculer-deadline',
    module: 'moleculer-deadline.ts',
    package: 'moleculer',
    jobs: { W1: {}, W2: {} },
  },
  { name: 'node:events', module: 'node-events.ts', jobs: { W3: {} } },
  { name: 'eventemitter3', module: 'eventemitter3.ts', package: 'eventemitter3', jobs: { W3: {} } },
  {
    name: 'mastra',
    module: 'mastra.ts',
    package: '@mastra/core',
    jobs: { W1: {}, W2: {}, W3: {}, ...smallerGraphs },
  },
  {
    name: 'langgraph',
    module: 'langgraph.ts',
    package: '@langchain/langgraph',
    jobs: { W1: {}, W2: {}, ...smallerGraphs },
  },
  { name: 'effect', module: 'effect.ts', package: 'effect', jobs: { ...layered, W8: noPriorities } },
  { name: 'effect-steps', module: 'effect-steps.ts', package: 'effect', jobs: graphs },
  { name: 'toposort', module: 'toposort.ts', package: 'toposort', jobs: graphs },
  { name: 'async', module: 'async.ts', package: 'async', jobs: { ...smallerGraphs, W8: {} } },
  { name: 'p-graph', module: 'p-graph.ts', package: 'p-graph', jobs: graphs },
  { name: 'p-queue', module: 'p-queue.ts', package: 'p-queue', jobs: { W8: {} } },
  { name: 'p-limit', module: 'p-limit.ts', package: 'p-limit', jobs: { W8: noPriorities } },
  { name: 'fastq', module: 'fastq.ts', package: 'fastq', jobs: { W8: noPriorities } },
  { name: 'linear-scan', module: 'linear-scan.ts', jobs: { 'W11-choice': {} } },
];
