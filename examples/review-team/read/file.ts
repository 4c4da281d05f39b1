import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry, FileFacts } from '../facts.ts';
import { codeOf, reason } from '../survey.ts';
import { commentStyle, marksInComments } from './comments.ts';
import { hashLines, isGenerated, splitLines } from './lines.ts';
import { readMarkdown } from './markdown.ts';
import { mayHaveMarks } from './marks.ts';
import { isSource, readSource } from './source.ts';

/** Bytes up to which a file is read whole. Parsing this much keeps the process busy for a third of a second. */
const LARGEST_READ = 512 * 1024;

/** Markdown takes longer to parse, so less of it is read. */
const LARGEST_MARKDOWN = 256 * 1024;

/** Trouble of the process, not of the file: worth another attempt. */
const TEMPORARY: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY']);

/** How much of a file tells whether it is text. */
const SAMPLE = 8 * 1024;

const MARKDOWN = /\.(md|markdown)$/i;
const DATA =
  /\.(json|map|svg|lock|csv|tsv|ndjson|snap|tsbuildinfo)$|(^|\/)(package-lock\.json|[^/]*-lock\.yaml)$/i;

/**
 * Reads one file of `folder` and tells the facts about it. A file that cannot be opened or parsed is a fact
 * too, not an error.
 *
 * @throws the signal's reason once `signal` is aborted, and what may be gone a moment later: too many open files.
 */
export async function readFacts(folder: string, entry: Entry, signal?: AbortSignal): Promise<FileFacts> {
  const { problem, ...about } = entry;
  if (problem !== undefined) return { kind: 'unread', ...about, problem };
  const { path, size } = about;
  const limit = MARKDOWN.test(path) ? LARGEST_MARKDOWN : LARGEST_READ;
  try {
    const bytes = await readBytes(join(folder, path), size > limit ? SAMPLE : size);
    signal?.throwIfAborted();
    if (bytes.subarray(0, SAMPLE).includes(0)) return { kind: 'binary', ...about };
    if (size > limit) return { kind: 'large', ...about };
    // A name is a slice of the text it was cut from, and would keep the whole text in memory: copied, it stands alone.
    return structuredClone(factsOf(about, bytes.toString('utf8')));
  } catch (error) {
    signal?.throwIfAborted();
    if (TEMPORARY.has(codeOf(error))) throw error;
    return { kind: 'unread', ...about, problem: reason(error) };
  }
}

async function readBytes(path: string, length: number): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
  return buffer.subarray(0, bytesRead);
}

/** The facts about a text. Pure: everything comes from the arguments. */
export function factsOf(about: Omit<Entry, 'problem'>, raw: string): FileFacts {
  const { path } = about;
  const text = raw.replace(/^\uFEFF/, '');
  if (DATA.test(path)) return { kind: 'data', ...about };
  const lines = splitLines(text);
  if (isGenerated(text, lines)) return { kind: 'generated', ...about };
  const common = { ...about, hashes: hashLines(lines) };
  if (MARKDOWN.test(path)) return { kind: 'markdown', ...common, ...readMarkdown(text) };
  if (isSource(path)) return { kind: 'source', ...common, ...readSource(path, text) };
  const style = commentStyle(path);
  return { kind: 'text', ...common, marks: style && mayHaveMarks(text) ? marksInComments(lines, style) : [] };
}
