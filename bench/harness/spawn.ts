import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * Runs a script of this folder in a process of its own, with `gc` exposed, and returns the JSON of its last line.
 * `script` is relative to `bench/`; `input` arrives as its first argument.
 * @throws when the process fails or prints no JSON.
 */
export function runChild<T>(script: string, input: unknown, nodeOptions: readonly string[] = []): Promise<T> {
  const file = fileURLToPath(new URL(`../${script}`, import.meta.url));
  return runNode<T>(['--expose-gc', ...nodeOptions, file, JSON.stringify(input)]);
}

/** Runs Node with these arguments, in `cwd` if given, and returns the JSON of the last line it prints. */
export function runNode<T>(args: readonly string[], cwd?: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const line = text.trimEnd().split('\n').at(-1) ?? '';
      try {
        if (code !== 0) throw new Error(`exit code ${code}`);
        resolve(JSON.parse(line) as T);
      } catch (error) {
        reject(new Error(`the process for ${args.at(-1)} failed`, { cause: error }));
      }
    });
  });
}
