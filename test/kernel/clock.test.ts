import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/index.ts';

const LONGEST = 2 ** 31 - 1;

describe('the system clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([0, -5, 1, 1.2, 1_000, LONGEST])('runs a callback once, after %d ms and not before', (ms) => {
    const rang = vi.fn();
    systemClock.schedule(rang, ms);
    expect(rang).not.toHaveBeenCalled();
    vi.advanceTimersByTime(Math.max(0, Math.ceil(ms) - 1));
    if (ms > 0) expect(rang).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    vi.advanceTimersByTime(10 * LONGEST);

    expect(rang).toHaveBeenCalledTimes(1);
  });

  it.each([LONGEST + 1, 3 * LONGEST + 7])(
    'chains a wait of %d ms, which is longer than a timer of Node',
    (ms) => {
      const rang = vi.fn();
      systemClock.schedule(rang, ms);
      vi.advanceTimersByTime(ms - 1);
      expect(rang).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);

      expect(rang).toHaveBeenCalledTimes(1);
    },
  );

  it('forgets a chained wait that is cancelled, in its first part and in a later one', () => {
    const rang = vi.fn();
    const [first, later] = [systemClock.schedule(rang, 3 * LONGEST), systemClock.schedule(rang, 3 * LONGEST)];
    first.cancel();
    vi.advanceTimersByTime(2 * LONGEST);
    later.cancel();
    vi.advanceTimersByTime(3 * LONGEST);

    expect(rang).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

it('goes on in milliseconds, and never back', () => {
  const times = Array.from({ length: 1_000 }, () => systemClock.monotonic());

  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
});

it('gives chances from 0 to below 1, and ids that differ', () => {
  const chances = Array.from({ length: 1_000 }, () => systemClock.random());
  const ids = Array.from({ length: 1_000 }, () => systemClock.id());

  expect(chances.every((chance) => chance >= 0 && chance < 1)).toBe(true);
  expect(new Set(ids).size).toBe(1_000);
});
