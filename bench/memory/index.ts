import { idleAgent } from './agents.ts';
import { pendingAsk, pendingRequest, queuedTask } from './calls.ts';
import { finishedAsk, forgottenRun, retainedRun } from './runs.ts';
import type { Thing } from './types.ts';

/** Everything whose memory is measured, in the order of the table. */
export const things: readonly Thing[] = [
  pendingRequest,
  pendingAsk,
  queuedTask,
  idleAgent,
  retainedRun,
  forgottenRun,
  finishedAsk,
];
