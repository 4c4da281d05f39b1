import { raise } from './case.ts';

/** What is passed where a number or a duration is asked for. */
export interface Figure {
  readonly value: unknown;
  /** The milliseconds of text that is a duration. */
  readonly ms?: number;
}

const numbers = [
  Number.NaN,
  -1,
  -0,
  0,
  1e-9,
  0.5,
  1,
  1.5,
  7,
  100,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e308,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.MIN_VALUE,
];
const durations: Readonly<Record<string, number>> = {
  '0ms': 0,
  '250ms': 250,
  '0.5s': 500,
  '1s': 1_000,
  '2m': 120_000,
  '1h': 3_600_000,
  '600h': 2_160_000_000,
  '999999999999999h': 999_999_999_999_999 * 3_600_000,
};
const texts = [
  '',
  ' ',
  '100',
  'soon',
  '1S',
  '1 s',
  ' 1s',
  '1s ',
  '-1s',
  '+1s',
  '1e3ms',
  '.5s',
  '1.s',
  '0x10ms',
  '1d',
  '١s',
  '1s\n',
  'Infinity',
  'NaNms',
  '1,5s',
  `${'9'.repeat(16)}ms`,
  `${'1'.repeat(100_000)}x`,
];
const others: Readonly<Record<string, unknown>> = {
  null: null,
  true: true,
  false: false,
  'an empty list': [],
  'a list of a number': [5],
  'an object': {},
  'a bigint': 10n,
  'a date': new Date(5),
  'a Number object': new Number(5),
  'a function': () => 5,
  'a symbol': Symbol('5'),
  'what turns itself into a number': { valueOf: () => 5 },
  'what throws when it is turned into a number': { valueOf: () => raise(new Error('valueOf')) },
  'a proxy that throws': new Proxy({}, { get: () => raise(new Error('trap')) }),
};

/** By name. */
export const figures: Readonly<Record<string, Figure>> = {
  ...Object.fromEntries(
    numbers.map((value) => [`the number ${Object.is(value, -0) ? '-0' : value}`, { value }]),
  ),
  ...Object.fromEntries(Object.entries(durations).map(([value, ms]) => [`"${value}"`, { value, ms }])),
  ...Object.fromEntries(texts.map((value) => [`the text ${JSON.stringify(value).slice(0, 12)}`, { value }])),
  ...Object.fromEntries(Object.entries(others).map(([name, value]) => [name, { value }])),
};

/** What an option takes, as the guide says it. */
export type Bounds =
  | { readonly takes: 'whole'; readonly min: number; readonly max?: number; readonly infinity?: true }
  | { readonly takes: 'duration'; readonly min: number; readonly whole?: true; readonly infinity?: true }
  | { readonly takes: 'number'; readonly min: number; readonly max: number };

/** The number that a figure stands for where these bounds hold; undefined when it must be refused. */
export function readAs({ value, ms }: Figure, bounds: Bounds): number | undefined {
  const number = bounds.takes === 'duration' && ms !== undefined ? ms : value;
  if (typeof number !== 'number' || Number.isNaN(number) || number < bounds.min) return undefined;
  if (bounds.takes === 'number') return number <= bounds.max ? number : undefined;
  if (number === Number.POSITIVE_INFINITY) return bounds.infinity ? number : undefined;
  const isWhole = bounds.takes === 'whole' || bounds.whole === true;
  if (isWhole && !Number.isSafeInteger(number)) return undefined;
  return bounds.takes === 'whole' && number > (bounds.max ?? number) ? undefined : number;
}
