import Slugger from 'github-slugger';
import { fromMarkdown } from 'mdast-util-from-markdown';
import type { Link, Mark } from '../facts.ts';
import { markOf, mayHaveMarks } from './marks.ts';

type Root = ReturnType<typeof fromMarkdown>;
type Node = Root | Root['children'][number];

/** What a Markdown text links to, offers to links, and leaves for later. */
export interface MarkdownReading {
  readonly links: Link[];
  readonly anchors: string[];
  readonly marks: Mark[];
}

/** Reads Markdown as GitHub does: CommonMark, heading slugs, ids in HTML. Links with a scheme are left out. */
export function readMarkdown(text: string): MarkdownReading {
  const slugger = new Slugger();
  const reading: MarkdownReading = { links: [], anchors: [], marks: [] };
  for (const node of nodesOf(fromMarkdown(withoutFrontMatter(text)))) {
    const line = node.position?.start.line ?? 1;
    switch (node.type) {
      case 'heading':
        reading.anchors.push(slugger.slug(textOf(node)).toLowerCase());
        break;
      case 'definition':
        // `[^1]: text` is a footnote, which plain CommonMark takes for a definition.
        if (!node.identifier.startsWith('^')) addLink(reading.links, node.url, line);
        break;
      case 'link':
      case 'image':
        addLink(reading.links, node.url, line);
        break;
      case 'html':
        readHtml(node.value, line, reading);
        break;
      case 'paragraph':
        addMark(reading.marks, firstLineOf(textOf(node)), line);
        break;
    }
  }
  return reading;
}

/** Every node, in the order of the text. */
function* nodesOf(root: Root): Generator<Node> {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    yield node;
    if ('children' in node) for (const child of node.children.toReversed()) waiting.push(child);
  }
}

function textOf(node: Node): string {
  if (node.type === 'text' || node.type === 'inlineCode') return node.value;
  return 'children' in node ? node.children.map(textOf).join('') : '';
}

/** Blank lines in its place keep the line numbers. */
function withoutFrontMatter(text: string): string {
  return text.replace(/^---\r?\n[\s\S]*?\n---(?=\r?\n|$)/, (matter) => matter.replace(/[^\r\n]/g, ''));
}

const HAS_SCHEME = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;
const IS_TEMPLATE = /\{\{|\$\{|<%/;

function addLink(links: Link[], url: string, line: number): void {
  if (url !== '' && !HAS_SCHEME.test(url) && !IS_TEMPLATE.test(url)) links.push({ line, url });
}

/** In prose a mark has a colon after it, "TODO: write this down"; otherwise it is prose about marks. */
function addMark(marks: Mark[], text: string, line: number): void {
  const mark = /^(TODO|FIXME)(\([^)]*\))?:/.test(text) && markOf(text, line);
  if (mark) marks.push(mark);
}

function firstLineOf(text: string): string {
  return text.replace(/\n[\s\S]*/, '');
}

const COMMENT = /<!--([\s\S]*?)-->/g;
const TAG = /<[a-z][^<>]*>/gi;
const ATTRIBUTE = /\s(id|name|href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;

function readHtml(html: string, firstLine: number, reading: MarkdownReading): void {
  let lineAt = lineCounter(html, firstLine);
  for (const { 1: comment = '', index } of html.matchAll(COMMENT)) {
    const mark = mayHaveMarks(comment) && markOf(firstLineOf(comment.trimStart()), lineAt(index));
    if (mark) reading.marks.push(mark);
  }
  lineAt = lineCounter(html, firstLine);
  for (const { 0: tag, index } of html.replace(COMMENT, blank).matchAll(TAG)) {
    const line = lineAt(index);
    for (const [, name = '', double, single] of tag.matchAll(ATTRIBUTE)) {
      const value = double ?? single ?? '';
      if (/^(id|name)$/i.test(name)) reading.anchors.push(value.toLowerCase());
      else addLink(reading.links, value, line);
    }
  }
}

/** Tells the line of an offset; offsets must be asked for in rising order. */
function lineCounter(text: string, firstLine: number): (offset: number) => number {
  let line = firstLine;
  let next = text.indexOf('\n');
  return (offset) => {
    for (; next >= 0 && next < offset; next = text.indexOf('\n', next + 1)) line += 1;
    return line;
  };
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
