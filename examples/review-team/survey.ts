import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Entry } from './facts.ts';

/** What a survey passes over. */
export interface SurveyOptions {
  /** A folder to leave out, wherever it is: the one the report is written to. */
  readonly except?: string;
  /** Ends the walk: the next step throws its reason. */
  readonly signal?: AbortSignal;
}

const ALWAYS_SKIPPED = ['.git'];
const USUALLY_SKIPPED = ['.git', 'node_modules', 'dist', 'coverage'];

/**
 * Walks a folder and yields its files one at a time, sorted within each folder, so that two walks of an
 * unchanged folder are the same. Holds one folder's names in memory, never the whole tree.
 *
 * Passed over: `.git`, `node_modules`, `dist`, `coverage` and the folders that the reviewed folder's own
 * `.gitignore` names in plain words (`docs/reference/`; patterns are not interpreted). Below a
 * `node_modules` only `.git` is passed over, so that an installed package can be reviewed. Symbolic links
 * are not followed, and sockets, pipes and devices are never opened.
 *
 * @throws when `folder` itself cannot be listed. Anything deeper that fails is yielded with its `problem`.
 */
export async function* survey(
  folder: string,
  options: SurveyOptions = {},
): AsyncGenerator<Entry, void, void> {
  const root = await realpath(folder);
  const isSkipped = await skipRule(root, options.except);
  const waiting = [''];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const names = await list(join(root, path));
    if (typeof names === 'string') {
      if (path === '') throw new Error(names);
      yield { path, size: 0, changedAt: 0, problem: names };
      continue;
    }
    const folders: string[] = [];
    for (const name of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      options.signal?.throwIfAborted();
      const inner = path === '' ? name.name : `${path}/${name.name}`;
      if (isSkipped(inner, name.isDirectory())) continue;
      if (name.isDirectory()) folders.push(inner);
      else if (name.isFile() || name.isSymbolicLink()) {
        const entry = await measure(join(root, inner), inner, name.isSymbolicLink());
        if (entry) yield entry;
      }
    }
    waiting.push(...folders.reverse());
  }
}

async function list(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    return reason(error);
  }
}

/** A link is only of interest when it leads nowhere; what it leads to is met where it stands. */
async function measure(full: string, path: string, isLink: boolean): Promise<Entry | undefined> {
  try {
    const { size, mtimeMs } = await stat(full);
    return isLink ? undefined : { path, size, changedAt: mtimeMs };
  } catch (error) {
    return {
      path,
      size: 0,
      changedAt: 0,
      problem: isLink ? 'a symbolic link that leads nowhere' : reason(error),
    };
  }
}

async function skipRule(root: string, except: string | undefined) {
  const isInstalled = root.split(sep).includes('node_modules');
  const skipped = new Set(isInstalled ? ALWAYS_SKIPPED : USUALLY_SKIPPED);
  if (!isInstalled)
    for (const folder of plainFolders(await readIfThere(join(root, '.gitignore')))) skipped.add(folder);
  const exceptPath = except === undefined ? undefined : await realpath(except).catch(() => except);
  return (path: string, isFolder: boolean): boolean => {
    if (!isFolder) return false;
    const name = path.slice(path.lastIndexOf('/') + 1);
    return skipped.has(name) || skipped.has(`/${path}`) || join(root, path) === exceptPath;
  };
}

/**
 * The folders that a `.gitignore` names without any pattern: `review/` gives `review`, a folder of that name
 * anywhere; `docs/reference/` gives `/docs/reference`, that one folder.
 */
export function plainFolders(gitignore: string): string[] {
  return gitignore
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => /^\/?[^#!*?[\]\\]+\/$/.test(line))
    .map((line) => line.slice(0, -1))
    .map((folder) => (folder.includes('/') && !folder.startsWith('/') ? `/${folder}` : folder));
}

async function readIfThere(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** What a failed call of `node:fs` says, in words that fit into a sentence. */
export function reason(error: unknown): string {
  const words: Record<string, string> = {
    EACCES: 'no permission',
    EPERM: 'no permission',
    ENOENT: 'it is no longer there',
    ELOOP: 'a symbolic link that leads to itself',
    ENAMETOOLONG: 'its name is too long',
    EISDIR: 'it is a folder',
  };
  return words[codeOf(error) ?? ''] ?? (error instanceof Error ? error.message : String(error));
}

/** The code of a failed call of Node's: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
