import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import GithubSlugger from 'github-slugger';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { projectFiles } from './files.ts';

// Fails where a relative link of a Markdown file leads to no file, or to no heading of that file.

interface MarkdownNode {
  readonly type: string;
  readonly url?: string;
  readonly value?: string;
  readonly children?: readonly MarkdownNode[];
  readonly position?: { readonly start: { readonly line: number } } | undefined;
}

const nodesOf = (file: string): MarkdownNode[] =>
  flatten(fromMarkdown(readFileSync(file, 'utf8')) as MarkdownNode);

function flatten(node: MarkdownNode): MarkdownNode[] {
  return [node, ...(node.children ?? []).flatMap(flatten)];
}

function anchorsOf(file: string): Set<string> {
  const slugger = new GithubSlugger();
  const headings = nodesOf(file).filter(({ type }) => type === 'heading');
  return new Set(
    headings.map((heading) =>
      slugger.slug(
        flatten(heading)
          .map(({ value }) => value ?? '')
          .join(''),
      ),
    ),
  );
}

function faultOf(file: string, url: string): string | undefined {
  const [path = '', anchor] = url.split('#');
  const target = path === '' ? file : join(dirname(file), decodeURI(path));
  if (relative('.', target).startsWith('..')) return 'leaves the repository';
  if (!existsSync(target)) return 'leads to no file';
  if (anchor && target.endsWith('.md') && !anchorsOf(target).has(anchor)) return 'leads to no heading';
  return undefined;
}

for (const file of projectFiles('*.md')) {
  for (const { url, position } of nodesOf(file)) {
    if (url === undefined || /^([a-z][a-z+.-]*:|\/\/)/i.test(url)) continue;
    const fault = faultOf(file, url);
    if (fault === undefined) continue;
    console.error(`${file}:${position?.start.line}: ${url} ${fault}`);
    process.exitCode = 1;
  }
}
