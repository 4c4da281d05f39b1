import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Birth, Stage } from './life.ts';

/** Makes one file of a life and all that it imports, so that hundreds of processes start fast. */
export async function bundleLife(folder: string): Promise<string> {
  const outfile = join(folder, 'life.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./life.ts', import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    logLevel: 'error',
  });
  return outfile;
}

/** How a life ended. */
export interface Death {
  /** How far it had come; undefined when it had not begun to open the store. */
  readonly stage: Stage | undefined;
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** A process that waits to be told to begin, so that its start costs no time between two lives. */
export class Process {
  readonly death: Promise<Death>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<Stage, () => void>();
  #stage: Stage | undefined;
  #stderr = '';

  constructor(script: string) {
    const child = spawn(process.execPath, ['--unhandled-rejections=strict', script]);
    this.#child = child;
    child.stdin.on('error', () => {});
    child.stderr.on('data', (data) => {
      this.#stderr += data;
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#stage = line as Stage;
      this.#waiting.get(this.#stage)?.();
    });
    this.death = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) =>
        resolve({ stage: this.#stage, code, signal, stderr: this.#stderr }),
      );
    });
  }

  begin(birth: Birth): void {
    this.#child.stdin?.write(`${JSON.stringify(birth)}\n`);
  }

  /** Resolves when it has come so far, or has ended. */
  reached(stage: Stage): Promise<unknown> {
    const reached = new Promise<void>((resolve) => this.#waiting.set(stage, resolve));
    return Promise.race([reached, this.death]);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
