import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { VerdictRecord } from './harness/verdict.ts';

// The soak scripts at a small size: that they run and hold here, and that they find what is planted.

interface Ran {
  readonly code: number | null;
  /** What it printed as JSON; undefined when it did not come so far. */
  readonly verdict: VerdictRecord | undefined;
  readonly stderr: string;
}

function run(script: string, ...args: readonly string[]): Promise<Ran> {
  const file = fileURLToPath(new URL(`./${script}`, import.meta.url));
  const child = spawn(process.execPath, [file, '--json', ...args], { timeout: 50_000 });
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

// How late the event loop comes round depends on who else works on the machine; only a long run alone can tell.
const PATIENT = ['--loop-ms', '2000'];

describe('the soak scripts', { timeout: 60_000 }, () => {
  it('hold for 20,000 requests with faults', async () => {
    const { code, verdict } = await run('million-requests.ts', '--count', '20000');

    expect(verdict?.broken).toEqual([]);
    expect(code).toBe(0);
    expect(verdict?.figures['well, answer']).toBeGreaterThan(10_000);
    for (const fault of ['throws, HANDLER_FAILED', 'hangs, TIMEOUT', 'late, TIMEOUT', 'given-up, CANCELLED'])
      expect(verdict?.figures[fault], fault).toBeGreaterThan(100);
    for (const event of ['guests that left in the middle', 'forged answers to ended requests'])
      expect(verdict?.figures[event], event).toBeGreaterThan(10);
  });

  it('hold for 20,000 mixed operations', async () => {
    const { code, verdict, stderr } = await run('soak.ts', '--count', '20000', ...PATIENT);

    expect(verdict?.broken).toEqual([]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^exit \d+ ms after close\(\) was called/);
    expect(verdict?.figures['heap samples']).toBeGreaterThanOrEqual(50);
    expect(verdict?.figures['runs']).toBeGreaterThan(500);
    expect(verdict?.figures['requests timed out']).toBeGreaterThan(100);
  });

  it.each([
    ['answers-other', 5_000, /what belongs to another/],
    ['never-settles', 2_000, /at rest: pending/],
    ['unhandled', 2_000, /unhandled rejection/],
  ])('million-requests.ts finds the planted fault %s', async (plant, count, named) => {
    const { code, verdict } = await run('million-requests.ts', '--count', `${count}`, '--plant', plant);

    expect(verdict?.broken.join('\n')).toMatch(named);
    expect(code).toBe(1);
  });

  it.each([
    ['keeps-outputs', 10_000, /bytes held more/],
    ['leaves-listeners', 1_000, /listeners on the signal/],
  ])('soak.ts finds the planted fault %s', async (plant, count, named) => {
    const { code, verdict } = await run('soak.ts', '--count', `${count}`, '--plant', plant, ...PATIENT);

    expect(verdict?.broken.join('\n')).toMatch(named);
    expect(code).toBe(1);
  });

  it('soak.ts finds that the event loop is held up', async () => {
    const { code, verdict } = await run('soak.ts', '--count', '1000', '--plant', 'blocks-loop');

    expect(verdict?.broken.join('\n')).toMatch(/loop comes round/);
    expect(code).toBe(1);
  });

  it('soak.ts finds that a process does not end by itself', async () => {
    const { code, verdict, stderr } = await run(
      'soak.ts',
      '--count',
      '1000',
      '--plant',
      'holds-open',
      ...PATIENT,
    );

    expect(verdict?.broken).toEqual([]);
    expect(stderr).toMatch(/exit \d{4,} ms after close/);
    expect(code).toBe(1);
  });
});
