export { TaskDistributor, type TaskStats } from './distributor.ts';
export { NoCandidateError } from './errors.ts';
export type { TaskEvent } from './events.ts';
export type { SubmitOptions, TaskDistributorOptions } from './options.ts';
export type { TaskTarget } from './target.ts';
export type { TaskHandle, TaskStatus } from './task.ts';
