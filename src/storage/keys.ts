import { InvalidKeyError } from './errors.ts';

const LONGEST_KEY_BYTES = 1_024;
const CONTROL = /\p{Cc}/u;

/** What is wrong with `value` as a key, or as the beginning of one; undefined when nothing is. */
export function keyFault(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'a key is text';
  if (value.length > LONGEST_KEY_BYTES || Buffer.byteLength(value) > LONGEST_KEY_BYTES) {
    return `a key has at most ${LONGEST_KEY_BYTES} bytes of UTF-8`;
  }
  if (!value.isWellFormed()) return 'a key has no lone surrogates';
  if (CONTROL.test(value)) return 'a key has no control characters';
  return undefined;
}

/** Checks the key of a stream or a record. @throws InvalidKeyError */
export function checkKey(value: unknown): string {
  const fault = value === '' ? 'a key is not empty' : keyFault(value);
  if (fault !== undefined) throw new InvalidKeyError(value, fault);
  return value as string;
}

/** Puts a UTF-16 unit where its character stands among the code points, which is where UTF-8 puts it too. */
function placeOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Compares two well-formed keys by their UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return placeOf(left) - placeOf(right);
  }
  return a.length - b.length;
}
