import { describe, expect, it } from 'vitest';
import { fillSnippets } from '../../scripts/snippets.ts';

const example = `import assert from 'node:assert/strict';
import { Coordinator } from '../src/index.ts';

{
  // #region use
  const coordinator = new Coordinator();

  // #region close
  await coordinator.close();
  // #endregion close
  // #endregion use
}
`;

const fill = (markdown: string) => fillSnippets(markdown, 'README.md', () => example);

describe('fillSnippets', () => {
  it('fills a block with the whole example, without its region marks, importing what a user imports', () => {
    const { text } = fill('<!-- snippet: examples/a.ts -->\n```ts\n```\n');

    expect(text).toContain("import { Coordinator } from 'cadre';");
    expect(text).toContain("import assert from 'node:assert/strict';");
    expect(text).not.toContain('region');
  });

  it('fills a block with one region, moved to the left margin', () => {
    const { text } = fill('# Use\n\n<!-- snippet: examples/a.ts#use -->\n```ts\nold\n```\n\nAfter.\n');

    expect(text).toBe(
      '# Use\n\n<!-- snippet: examples/a.ts#use -->\n```ts\nconst coordinator = new Coordinator();\n\n' +
        'await coordinator.close();\n```\n\nAfter.\n',
    );
  });

  it('names the line of each mark whose block differs, and none once they are filled', () => {
    const fresh = fill('<!-- snippet: examples/a.ts#close -->\n```ts\n```').text;

    expect(fill(`${fresh}\n${fresh.replace('close()', 'open()')}`).stale).toEqual([5]);
    expect(fill(`${fresh}\n${fresh}`).stale).toEqual([]);
  });

  it('refuses a mark without a block', () => {
    expect(() => fill('\n<!-- snippet: examples/a.ts -->\n\n```ts\n```')).toThrow('README.md:2');
  });

  it('refuses a region that the example does not have', () => {
    expect(() => fill('<!-- snippet: examples/a.ts#nothing -->\n```ts\n```')).toThrow('no region "nothing"');
  });
});
