import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { cases } from './cases.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs the whole suite in a process with `flag`; its exit code, its report, and what it found wrong. */
function runWith(flag: string): Promise<{ code: number; report: unknown; faults: string[] }> {
  const flags = [flag, '--unhandled-rejections=strict', '--no-warnings', 'test/hostile/run.ts'];
  return new Promise((resolve) => {
    execFile(process.execPath, flags, { cwd: root, timeout: 150_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? -1);
      const last = stdout.trim().split('\n').at(-1) ?? '';
      resolve({
        code,
        report: last === '' ? undefined : JSON.parse(last),
        faults: stderr.split('\n').filter(Boolean),
      });
    });
  });
}

it.each([
  { flag: '--disable-proto=throw', frozen: false, proto: 'thrown' },
  { flag: '--frozen-intrinsics', frozen: true, proto: 'given' },
])(
  'keeps the same contract in a process with $flag',
  { timeout: 160_000 },
  async ({ flag, frozen, proto }) => {
    const { code, report, faults } = await runWith(flag);

    expect(faults).toEqual([]);
    expect(report).toEqual({ cases: cases.length, faults: 0, frozen, proto });
    expect(code).toBe(0);
  },
);
