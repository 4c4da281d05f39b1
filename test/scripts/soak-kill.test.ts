import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plants } from '../../scripts/soak-kill/plants.ts';
import type { VerdictRecord } from '../soak/harness/verdict.ts';

// `npm run soak:kill` at a small size: that it holds, and that what it checks with can see what goes wrong.

interface Ran {
  readonly code: number | null;
  /** What it printed as JSON; undefined when it did not come so far. */
  readonly verdict: VerdictRecord | undefined;
  /** The violations. */
  readonly stderr: string;
}

function run(...args: readonly string[]): Promise<Ran> {
  const file = fileURLToPath(new URL('../../scripts/soak-kill.ts', import.meta.url));
  const child = spawn(process.execPath, [file, '--json', ...args], { timeout: 100_000 });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const line = stdout.split('\n').find((text) => text.startsWith('{'));
      resolve({ code, verdict: line === undefined ? undefined : JSON.parse(line), stderr });
    });
  });
}

const seenOf: Readonly<Record<(typeof plants)[number], RegExp>> = {
  'acknowledges-early': /is not on record/,
  'drops-completed': /began before the end of/,
  'forgets-completed': /is on record as completed, and began again/,
  'forgets-attempts': /attempt 1 (at \S+ began twice|after 1)/,
  'deletes-finished': /not on record|the record does not|has changed/,
  'loses-late': /the world knows of its end, the record does not/,
  lies: /result is \d+, and not \d+/,
};

describe('a process that is killed at random moments', { timeout: 120_000 }, () => {
  it('runs no recorded step again, loses no run and ends them all', async () => {
    const { code, verdict, stderr } = await run('--kills', '5');

    expect(stderr).toBe('');
    expect(verdict?.broken).toEqual([]);
    expect(code).toBe(0);
    expect(verdict?.figures['kills']).toBe(5);
    expect(verdict?.figures['runs completed']).toBeGreaterThan(10);
  });

  it.each(plants)('is seen to be wrong when it %s', async (plant) => {
    const { code, verdict, stderr } = await run('--kills', '25', '--plant', plant);

    expect(stderr).toMatch(seenOf[plant]);
    expect(verdict?.broken.join('\n')).toMatch(/violations/);
    expect(code).toBe(1);
  });
});
