import type { Mark } from '../facts.ts';

const ANYWHERE = /\b(?:TODO|FIXME)\b/;

/** Whether a text is worth a closer look for marks. */
export function mayHaveMarks(text: string): boolean {
  return ANYWHERE.test(text);
}

/**
 * A mark opens its comment line: `TODO: x`, `FIXME(ada) x`. A sentence about marks does not count: the word
 * stands in its middle, or goes on with "and", "or", "/", "marks", "comments".
 */
const OPENING =
  /^\W*\b(TODO|FIXME)\b(?:\([^)]*\))?(?!\s*(?:[/,|`'"]|(?:and|or|marks?|comments?)\b))[\s:!.-]*(.*)$/;

const LONGEST = 120;

/** Reads one line of a comment, without what stands before the comment. Undefined when it is no mark. */
export function markOf(comment: string, line: number): Mark | undefined {
  const found = OPENING.exec(comment);
  if (!found) return undefined;
  const text = (found[2] ?? '').replace(/\s*(?:\*\/|-->).*$/, '').trim();
  return { line, tag: found[1] === 'FIXME' ? 'FIXME' : 'TODO', text: text.slice(0, LONGEST) };
}
