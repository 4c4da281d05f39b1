import { readFileSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { doors } from './doors.ts';
import { projectFiles } from './files.ts';

// A block of Markdown that repeats an example:
//   <!-- snippet: examples/first-page.ts#region -->
//   ```ts
//   …
//   ```
// Run alone, this script rewrites the blocks. With --check it fails where a block and its example differ.

const mark = /^<!-- snippet: (?<file>[^\s#]+)(?:#(?<region>[\w-]+))? -->$/;
const regionLine = /^\s*\/\/ #(?:end)?region\b/;

/** An example, or one region of it, as a user of the package would write it. */
function snippet(source: string, file: string, region: string | undefined): string {
  const lines = source.trimEnd().split('\n');
  const chosen = region === undefined ? lines : linesOfRegion(lines, region, file);
  const shown = chosen.filter((line) => !regionLine.test(line));
  const indents = shown.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  const text = shown.map((line) => line.slice(indent)).join('\n');
  return text.replace(/(?<=\bfrom ')\.[^']*(?=')/g, (path) => publicSpecifier(path, file)).trim();
}

/** The Markdown with every block filled from its example, and the lines of the marks whose block changed. */
export function fillSnippets(
  markdown: string,
  name: string,
  read: (file: string) => string = (file) => readFileSync(file, 'utf8'),
): { readonly text: string; readonly stale: readonly number[] } {
  const out: string[] = [];
  const stale: number[] = [];
  const lines = markdown.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    out.push(line);
    const found = mark.exec(line)?.groups;
    if (found === undefined) continue;
    const end = lines.indexOf('```', at + 2);
    if (lines[at + 1] !== '```ts' || end === -1) {
      throw new Error(`${name}:${at + 1}: no \`\`\`ts block under the mark`);
    }
    const file = found['file'] as string;
    const text = snippet(read(file), file, found['region']);
    if (text !== lines.slice(at + 2, end).join('\n')) stale.push(at + 1);
    out.push('```ts', text, '```');
    at = end;
  }
  return { text: out.join('\n'), stale };
}

function linesOfRegion(lines: readonly string[], region: string, file: string): readonly string[] {
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const end = lines.findIndex((line) => line.trim() === `// #endregion ${region}`);
  if (start === -1 || end < start) throw new Error(`${file} has no region "${region}"`);
  return lines.slice(start + 1, end);
}

function publicSpecifier(path: string, file: string): string {
  const source = posix.join(posix.dirname(file), path);
  return doors.find((door) => door.source === source)?.specifier ?? path;
}

if (import.meta.main) {
  const check = process.argv.includes('--check');
  for (const file of projectFiles('*.md')) {
    const { text, stale } = fillSnippets(readFileSync(file, 'utf8'), file);
    for (const line of stale) {
      console.log(`${file}:${line}: ${check ? 'differs from its example' : 'rewritten'}`);
    }
    if (stale.length === 0) continue;
    if (check) process.exitCode = 1;
    else writeFileSync(file, text);
  }
  if (process.exitCode === 1) console.log('npm run docs:snippets rewrites the blocks');
}
