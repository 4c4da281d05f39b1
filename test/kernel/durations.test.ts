import fc from 'fast-check';
import { expect, it } from 'vitest';
import { durationMs } from '../../src/kernel/durations.ts';

const durations: [unknown, number][] = [
  [0, 0],
  [-0, 0],
  [1.5, 1.5],
  [2 ** 31, 2 ** 31],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ['250ms', 250],
  ['1.5s', 1_500],
  ['30s', 30_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['0ms', 0],
];
it.each(durations)('reads %o as %d ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

const none: unknown[] = [
  Number.NaN,
  -1,
  Number.NEGATIVE_INFINITY,
  '',
  '5',
  's',
  '-1s',
  '+1s',
  ' 1s',
  '1s ',
  '1 s',
  '1S',
  '1d',
  '1sec',
  '1e3s',
  '0x10s',
  '1.s',
  '.5s',
  '1,5s',
  '1s2ms',
  'Infinity',
  'Infinitys',
  '١s',
  '9'.repeat(10_000),
  null,
  undefined,
  true,
  5n,
  [5],
  { ms: 5 },
  new Date(5),
  { valueOf: () => 5 },
  new String('5s'),
];
it.each(none)('takes %o for no duration', (value) => {
  expect(durationMs(value)).toBeUndefined();
});

it('reads every whole number of every unit', () => {
  const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...(['ms', 's', 'm', 'h'] as const)), (amount, unit) => {
      expect(durationMs(`${amount}${unit}`)).toBe(amount * units[unit]);
    }),
  );
});

it('never throws and never gives NaN, whatever it is handed', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const ms = durationMs(value);
      expect(ms === undefined || ms >= 0).toBe(true);
    }),
  );
});
