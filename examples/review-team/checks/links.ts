import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckResult, Finding, Link } from '../facts.ts';
import { resolveWithin } from '../places.ts';
import type { Shelf } from '../shelf.ts';
import { toResult } from './result.ts';

/** Tells whether a path of the reviewed folder exists. */
export type Exists = (path: string) => Promise<boolean>;

/** Looks on the disk, once a path. */
export function existsIn(folder: string): Exists {
  const known = new Map<string, Promise<boolean>>();
  const look = (path: string): Promise<boolean> =>
    access(join(folder, path)).then(
      () => true,
      () => false,
    );
  return (path) => {
    const answer = known.get(path) ?? look(path);
    known.set(path, answer);
    return answer;
  };
}

/**
 * Finds relative links and images in Markdown that lead nowhere, and links to headings that no file has.
 * Links that leave the folder, and those that start at the root of a site (`/guide`), cannot be judged.
 */
export async function checkLinks(shelf: Shelf, exists: Exists, signal?: AbortSignal): Promise<CheckResult> {
  const findings: Finding[] = [];
  for (const { path, links } of shelf.of('markdown')) {
    for (const link of links) {
      signal?.throwIfAborted();
      const finding = await checkLink(path, link, shelf, exists);
      if (finding) findings.push(finding);
    }
  }
  return toResult(findings);
}

async function checkLink(
  path: string,
  link: Link,
  shelf: Shelf,
  exists: Exists,
): Promise<Finding | undefined> {
  const { target, anchor } = partsOf(link.url);
  if (target.startsWith('/')) return undefined;
  const wanted = target === '' ? path : resolveWithin(path, target);
  if (wanted === undefined) return undefined;
  const about = { path, line: link.line, weight: 1 };
  if (!(await exists(wanted))) {
    const hint = (await exists(`${wanted}.md`)) ? `; ${wanted}.md does` : '';
    return { kind: 'link', severity: 'high', message: `${link.url} does not exist${hint}`, ...about };
  }
  const facts = shelf.get(wanted);
  if (facts?.kind !== 'markdown' || anchor === '' || anchor === 'top') return undefined;
  if (facts.anchors.includes(anchor)) return undefined;
  const where = wanted === path ? 'this file' : wanted;
  return { kind: 'anchor', severity: 'medium', message: `no heading #${anchor} in ${where}`, ...about };
}

function partsOf(url: string): { target: string; anchor: string } {
  const [, target = '', anchor = ''] = /^([^?#]*)(?:\?[^#]*)?#?(.*)$/s.exec(url) ?? [];
  return { target: decode(target), anchor: decode(anchor).toLowerCase() };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
