import os from 'node:os';
import process from 'node:process';
import { clockName } from './clock.ts';

/** What the figures were measured on. */
export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly clock: string;
}

export function machine(): Machine {
  const cpus = os.cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus[0]?.model ?? 'unknown',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    clock: clockName,
  };
}

export function describeMachine(of: Machine = machine()): string {
  return `Node ${of.node}, ${of.platform}, ${of.cpu}, ${of.cores} cores, ${of.memoryGiB} GiB; time: ${of.clock}`;
}
