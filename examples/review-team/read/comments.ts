import type { Mark } from '../facts.ts';
import { markOf, mayHaveMarks } from './marks.ts';

/** How a language writes comments. */
export interface CommentStyle {
  /** What opens a comment that ends with its line. */
  readonly line?: readonly string[];
  /** What opens and closes a comment over several lines. */
  readonly block?: readonly [string, string];
}

const C: CommentStyle = { line: ['//'], block: ['/*', '*/'] };
const HASH: CommentStyle = { line: ['#'] };
const HTML: CommentStyle = { block: ['<!--', '-->'] };
const SQL: CommentStyle = { line: ['--'], block: ['/*', '*/'] };

const STYLES: ReadonlyMap<string, CommentStyle> = new Map(
  Object.entries({
    'c h cc cpp cxx hpp cs go java kt rs swift scala dart php proto zig scss less jsonc json5 glsl': C,
    'py rb sh bash zsh fish pl r yml yaml toml ex exs jl tf cmake': HASH,
    'html htm xml vue svelte astro': HTML,
    'sql lua hs elm': SQL,
    css: { block: ['/*', '*/'] } satisfies CommentStyle,
  }).flatMap(([endings, style]) => endings.split(' ').map((ending) => [ending, style] as const)),
);

/** The comment style of a file, by how its name ends; undefined when no style is known. */
export function commentStyle(path: string): CommentStyle | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (name === 'dockerfile' || name === 'makefile') return HASH;
  return STYLES.get(name.slice(name.lastIndexOf('.') + 1));
}

/**
 * Finds the marks in the comments of a language that no parser here knows. Strings are honoured within their
 * line: `"# TODO"` is no comment. A string over several lines is not recognised.
 */
export function marksInComments(lines: readonly string[], style: CommentStyle): Mark[] {
  const marks: Mark[] = [];
  let isOpen = false;
  lines.forEach((text, index) => {
    const { comment, open } = commentOf(text, style, isOpen);
    isOpen = open;
    const mark = comment !== undefined && mayHaveMarks(comment) ? markOf(comment, index + 1) : undefined;
    if (mark) marks.push(mark);
  });
  return marks;
}

/** The last comment of a line, and whether a block comment goes on after the line. */
function commentOf(text: string, style: CommentStyle, wasOpen: boolean): { comment?: string; open: boolean } {
  const [open, close] = style.block ?? [undefined, undefined];
  let comment: string | undefined;
  let inside = wasOpen;
  for (let at = 0; at < text.length; ) {
    if (inside) {
      const end = close === undefined ? -1 : text.indexOf(close, at);
      comment = end < 0 ? text.slice(at) : text.slice(at, end);
      if (end < 0) return { comment, open: true };
      at = end + (close?.length ?? 1);
      inside = false;
    } else if (open !== undefined && text.startsWith(open, at)) {
      at += open.length;
      inside = true;
    } else if (style.line?.some((opener) => opensAt(text, at, opener))) {
      return { comment: text.slice(at), open: false };
    } else {
      at = skipString(text, at);
    }
  }
  return comment === undefined ? { open: inside } : { comment, open: inside };
}

/** `#` and `--` only open a comment at the start of a word: not in `$#`, `a#b` or `i--`. */
function opensAt(text: string, at: number, opener: string): boolean {
  return text.startsWith(opener, at) && (opener === '//' || at === 0 || /\s/.test(text[at - 1] ?? ''));
}

function skipString(text: string, at: number): number {
  const quote = text[at];
  if (quote !== '"' && quote !== "'") return at + 1;
  const end = text.indexOf(quote, at + 1);
  return end < 0 ? at + 1 : end + 1;
}
