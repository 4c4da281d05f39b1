import { describe, expect, it } from 'vitest';
import { commentStyle, marksInComments } from '../../../examples/review-team/read/comments.ts';

function marksOf(path: string, text: string): string[] {
  const style = commentStyle(path);
  return style
    ? marksInComments(text.split('\n'), style).map(({ line, tag, text }) => `${line} ${tag} ${text}`)
    : [];
}

describe('marksInComments', () => {
  it('reads line comments of a language with #', () => {
    expect(marksOf('a.py', 'x = 1  # TODO: one\ny = "# TODO: no"\nTODO = 2\nz = a#TODO')).toEqual([
      '1 TODO one',
    ]);
  });

  it('reads block comments over several lines', () => {
    expect(marksOf('a.go', '/*\n * FIXME: one\n */ TODO()\nx := "/* TODO: no */"')).toEqual(['2 FIXME one']);
    expect(marksOf('a.html', '<p>TODO: no</p>\n<!-- TODO: one -->')).toEqual(['2 TODO one']);
  });

  it('goes on reading after a comment that ends within its line', () => {
    expect(marksOf('a.c', '/* a */ x; // TODO: one\n/* TODO: two */ y;')).toEqual([
      '1 TODO one',
      '2 TODO two',
    ]);
  });

  it('finds nothing in a file whose language it does not know', () => {
    expect(commentStyle('notes.txt')).toBeUndefined();
    expect(commentStyle('docker/Dockerfile')).toBeDefined();
  });
});
