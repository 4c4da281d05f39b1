const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** A time in its two largest units, such as `1h 30m`. */
export function durationText(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return 'no limit';
  let left = Math.round(ms);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const whole = Math.floor(left / size);
    left -= whole * size;
    if (whole > 0) parts.push(`${whole}${unit}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(' ') || '0ms';
}

/** A number for people; at most three places. */
export function numberText(value: number): string {
  return value === Number.POSITIVE_INFINITY ? 'no limit' : `${Math.round(value * 1_000) / 1_000}`;
}

const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069\ufffe\uffff]/gu;

/**
 * A name as it can be shown anywhere, at most `length` characters of it. Functions are called what their authors like,
 * and a terminal takes some characters for orders.
 */
export function shown(name: string, length: number): string {
  const clean = name.replace(UNPRINTABLE, '\ufffd');
  const characters = Array.from(clean.length > length ? clean.slice(0, 2 * length + 2) : clean);
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : clean;
}

/** What a step runs, in words: `capability research`, `function`. One written in place is called after its option. */
export function targetText({ kind, target }: { readonly kind: string; readonly target: string }): string {
  const isNamed = target !== '' && target !== kind && !(kind === 'function' && target === 'run');
  return isNamed ? `${kind} ${target}` : kind;
}
