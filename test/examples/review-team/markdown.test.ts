import { describe, expect, it } from 'vitest';
import { readMarkdown } from '../../../examples/review-team/read/markdown.ts';

describe('readMarkdown', () => {
  it('finds links, images, definitions and HTML, with their lines, and leaves out links with a scheme', () => {
    const { links } = readMarkdown(`# Title
[a](a.md#x) ![b](img/b.png)
<https://example.org> [c](https://example.org) [d](mailto:d@example.org) [e](//cdn/e)

[f]: ../f.md
<p>
  <img src="g.png" alt=""> <a class="x" href='h.md'>h</a>
</p>

\`[no](no.md)\`

    [no](no.md)
`);

    expect(links).toEqual([
      { line: 2, url: 'a.md#x' },
      { line: 2, url: 'img/b.png' },
      { line: 5, url: '../f.md' },
      { line: 7, url: 'g.png' },
      { line: 7, url: 'h.md' },
    ]);
  });

  it('does not take a footnote, a template or an HTML comment for a link', () => {
    expect(readMarkdown('[^1]: note\n\n[a]({{url}}) <!-- <a href="gone.md"> -->').links).toEqual([]);
  });

  it('makes the anchors that GitHub makes, and takes ids from HTML', () => {
    const { anchors } = readMarkdown(
      '# Set up & run\n## `code` in *it*\n## Same\n## Same\n<a id="Own"></a> <a name="other"></a>\n',
    );

    expect(anchors).toEqual(['set-up--run', 'code-in-it', 'same', 'same-1', 'own', 'other']);
  });

  it('passes over front matter and keeps the line numbers', () => {
    expect(readMarkdown('---\ntitle: x\n---\n[a](a.md)\n')).toEqual({
      links: [{ line: 4, url: 'a.md' }],
      anchors: [],
      marks: [],
    });
  });

  it('finds marks in HTML comments and at the start of a paragraph, not in prose about marks', () => {
    const { marks } = readMarkdown(`<!-- TODO explain -->

TODO: write this

TODO comments are found too. See TODO: this is prose.

\`\`\`
TODO: code
\`\`\`
`);

    expect(marks).toEqual([
      { line: 1, tag: 'TODO', text: 'explain' },
      { line: 3, tag: 'TODO', text: 'write this' },
    ]);
  });
});
