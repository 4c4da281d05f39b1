import { InvalidNameError } from './errors.ts';

const LONGEST_NAME_BYTES = 256;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const FORBIDDEN = /[\s\u0000-\u001f\u007f-\u009f]/u;

/** Names that were found right: the topic of every message is checked, and most are seen again. */
const known = new Set<string>();
const KNOWN_LIMIT = 10_000;

/** What is wrong with `value` as a name, or undefined when it is one. */
function faultOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'a name is text';
  if (value === '') return 'a name is not empty';
  if (value.length > LONGEST_NAME_BYTES || Buffer.byteLength(value) > LONGEST_NAME_BYTES) {
    return `a name has at most ${LONGEST_NAME_BYTES} bytes of UTF-8`;
  }
  if (!value.isWellFormed()) return 'a name has no lone surrogates';
  if (FORBIDDEN.test(value)) return 'a name has no spaces or control characters';
  if (value === '__proto__') return 'the name is taken by the language';
  if (value.startsWith('.') || value.endsWith('.') || value.includes('..')) {
    return 'the parts between dots are not empty';
  }
  return undefined;
}

/**
 * Checks the name of an agent, capability, topic, workflow or step: one grammar for all of them.
 *
 * Text of 1 to 256 bytes of UTF-8 without white space, control characters and the wildcards `*` and `>`; parts
 * between dots are not empty. Everything else is an opaque key: names that look alike stay different.
 *
 * @throws InvalidNameError
 */
export function checkName(kind: string, value: unknown): string {
  if (known.has(value as string)) return value as string;
  const fault =
    faultOf(value) ?? (/[*>]/.test(value as string) ? 'the wildcards * and > are for patterns' : undefined);
  if (fault !== undefined) throw new InvalidNameError(kind, value, fault);
  if (known.size >= KNOWN_LIMIT) known.clear();
  known.add(value as string);
  return value as string;
}

/**
 * Checks a topic pattern: a topic in which `*` may stand for one part and a last `>` for one or more.
 *
 * @throws InvalidNameError
 */
export function checkPattern(value: unknown): string {
  const fault = faultOf(value) ?? wildcardFault((value as string).split('.'));
  if (fault !== undefined) throw new InvalidNameError('pattern', value, fault);
  return value as string;
}

function wildcardFault(parts: readonly string[]): string | undefined {
  for (const [index, part] of parts.entries()) {
    if (part === '*') continue;
    if (part === '>') {
      if (index < parts.length - 1) return '> stands only at the end';
    } else if (/[*>]/.test(part)) {
      return 'a wildcard is a whole part between dots';
    }
  }
  return undefined;
}
