/** Splits text into lines at any line ending. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/);
}

const SAYS_SOMETHING = /[\p{L}\p{N}]/u;
const IMPORT = /^import\b/;

/**
 * Hashes every line so that lines which differ only in white space are equal. Lines that say nothing on
 * their own (blank, brackets only, an import) are 0 and play no part in a comparison.
 */
export function hashLines(lines: readonly string[]): Int32Array {
  return Int32Array.from(lines, (line) => {
    const plain = line.trim().replace(/\s+/g, ' ');
    return IMPORT.test(plain) || !SAYS_SOMETHING.test(plain) ? 0 : hash(plain);
  });
}

/** FNV-1a over UTF-16 units as a signed 32-bit number; never 0. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value | 0 || 1;
}

const LONG_LINE = 400;

/** Whether a program wrote this text: it says so at the top, or its lines are too long for a person. */
export function isGenerated(text: string, lines: readonly string[]): boolean {
  return /@generated\b|\bDO NOT EDIT\b/.test(text.slice(0, 1_000)) || text.length / lines.length > LONG_LINE;
}
