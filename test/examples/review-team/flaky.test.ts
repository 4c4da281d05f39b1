import { describe, expect, it } from 'vitest';
import { flaky, MadeToFailError } from '../../../examples/review-team/flaky.ts';

const echo = (rate: number) =>
  flaky(
    rate,
    (key: string) => key,
    (key: string, _context: { attempt: number }) => key,
  );

async function failures(rate: number, attempts: number, files = 2_000): Promise<number> {
  const handle = echo(rate);
  const isFailed = async (file: number): Promise<boolean> => {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const isDone = await handle(`src/file-${file}.ts`, { attempt }).then(
        () => true,
        () => false,
      );
      if (isDone) return false;
    }
    return true;
  };
  const failed = await Promise.all(Array.from({ length: files }, (_, file) => isFailed(file)));
  return failed.filter(Boolean).length;
}

describe('flaky', () => {
  it('never fails at a rate of 0 and always at a rate of 1', async () => {
    expect(await failures(0, 1)).toBe(0);
    expect(await failures(1, 3)).toBe(2_000);
  });

  it('fails about as often as it should, and independently from attempt to attempt', async () => {
    expect(Math.abs((await failures(0.2, 1)) - 400)).toBeLessThan(80);
    expect(Math.abs((await failures(0.2, 2)) - 80)).toBeLessThan(40);
  });

  it('fails at the same keys and attempts every time, and says which', async () => {
    expect(await failures(0.3, 2)).toBe(await failures(0.3, 2));
    await expect(echo(1)('a.ts', { attempt: 3 })).rejects.toThrow(
      new MadeToFailError('made to fail at a.ts, attempt 3'),
    );
  });
});
