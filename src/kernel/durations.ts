/** A length of time: milliseconds as a number, or text such as `'250ms'`, `'30s'`, `'2m'`, `'1h'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h'}`;

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const TEXT = /^(\d{1,15}(?:\.\d{1,6})?)(ms|s|m|h)$/;

/**
 * The milliseconds of a {@link Duration}, or undefined when `value` is none.
 *
 * Numbers must be zero or above and not NaN; `Infinity` is passed on, and the option's rule decides about it.
 */
export function durationMs(value: unknown): number | undefined {
  if (typeof value === 'number') return value >= 0 ? value + 0 : undefined;
  if (typeof value !== 'string') return undefined;
  const match = TEXT.exec(value);
  if (match === null) return undefined;
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}
