import process from 'node:process';

interface ThreadUsage {
  threadCpuUsage?: () => { user: number; system: number };
}

const threadUsage = (process as ThreadUsage).threadCpuUsage;

/** Which clock {@link mainThreadUs} reads: the main thread's, or the whole process's before Node 23.9. */
export const clockName: string = threadUsage ? 'process.threadCpuUsage' : 'process.cpuUsage';

/**
 * Processor time of the main thread so far, in microseconds.
 * The process's usage is read first: Linux then brings the running thread's own figure up to date, which otherwise
 * moves only with the scheduler's tick, every four milliseconds.
 */
export function mainThreadUs(): number {
  const whole = process.cpuUsage();
  const usage = threadUsage ? threadUsage() : whole;
  return usage.user + usage.system;
}

/** Processor time of all threads of this process so far, in microseconds. */
export function processUs(): number {
  const usage = process.cpuUsage();
  return usage.user + usage.system;
}
