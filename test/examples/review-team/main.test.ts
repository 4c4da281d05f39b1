import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from './folder.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as `npm start` does; `onFirstWord` is called when it first says something. */
function start(args: readonly string[], onFirstWord: (pid: number) => void = () => {}): Promise<Ended> {
  const node = join(REPOSITORY, 'node_modules/.bin/node');
  const child = spawn(node, [join(REPOSITORY, 'examples/review-team/main.ts'), ...args]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stderr.once('data', () => onFirstWord(child.pid ?? 0));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

describe('the command', () => {
  it('prints one JSON document on stdout, and progress in plain lines on stderr', async () => {
    const folder = await makeFolder({ 'README.md': '[gone](gone.md)' });

    const { code, stdout, stderr } = await start([folder, '--out', join(folder, 'review'), '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ review: { totals: { link: 1 } }, run: { retried: 0 } });
    expect(stderr).toMatch(/^read: completed /m);
    expect(stderr).not.toContain('\x1b');
  });

  it('says in one sentence what it cannot do, and ends with 2', async () => {
    expect(await start(['/no/such/folder'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'There is no folder /no/such/folder.\n',
    });
  });

  it('ends with 130 when it is interrupted, and says what was finished', async () => {
    const folder = await makeFolder({});
    const interrupt = (pid: number): void => void process.kill(pid, 'SIGINT');

    const { code, stdout, stderr } = await start(
      [join(REPOSITORY, 'node_modules'), '--out', join(folder, 'review')],
      interrupt,
    );

    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toMatch(/Stopped; .*files read\. No report was written\.\n$/);
  });
});
