import { type Rule, refuse } from './options.ts';

const NAMED = { critical: 3, high: 2, medium: 1, low: 0 } as const;

/**
 * How urgent something is: a name, or any finite number of which higher goes first.
 *
 * The names stand for `critical` 3, `high` 2, `medium` 1 and `low` 0.
 */
export type Priority = keyof typeof NAMED | number;

/** The priority of what does not say: `medium`. */
export const DEFAULT_PRIORITY: number = NAMED.medium;

/** Reads a {@link Priority} as a number. */
export const priorityRule: Rule<number> = (value) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0;
  if (typeof value === 'string' && Object.hasOwn(NAMED, value)) return NAMED[value as keyof typeof NAMED];
  return refuse("'critical', 'high', 'medium', 'low' or a finite number", value);
};
