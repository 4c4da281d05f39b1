import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** What the child prints as it calls `close()`. */
export const CLOSING = 'closing';

const LIMIT_MS = 1_000;
/** A little more than the limit, so that the end by force is not taken for an end in time. */
const PATIENCE_MS = 2_000;

/**
 * Runs `file` once more as a child, passes on what it prints, and ends with its exit code; with 1 when it does not end
 * by itself within a second after it began to close its last coordinator.
 */
export function watchOver(file: string, args: readonly string[]): Promise<void> {
  const flags = ['--unhandled-rejections=strict', '--trace-warnings', file, '--child', ...args];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  let closedAt: number | undefined;
  let killer: NodeJS.Timeout | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line !== CLOSING) {
      console.log(line);
      return;
    }
    closedAt = performance.now();
    killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      const tookMs = performance.now() - (closedAt ?? Number.NaN);
      clearTimeout(killer);
      const isQuick = tookMs <= LIMIT_MS;
      console.error(`exit ${Math.round(tookMs)} ms after close() was called, limit ${LIMIT_MS} ms`);
      if (code !== 0 || !isQuick) process.exitCode = 1;
      resolve();
    });
  });
}
