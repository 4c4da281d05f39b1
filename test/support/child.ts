import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs `script`, a module that imports the library from './src/index.ts', in a process of its own. */
export function runScript(script: string, limitMs = 15_000): Promise<Ended> {
  const flags = [
    '--unhandled-rejections=strict',
    '--trace-warnings',
    '--input-type=module',
    '--eval',
    script,
  ];
  const child = spawn(process.execPath, flags, { cwd: root, timeout: limitMs });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
