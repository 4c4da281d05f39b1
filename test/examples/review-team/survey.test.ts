import { mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../examples/review-team/facts.ts';
import { plainFolders, survey } from '../../../examples/review-team/survey.ts';
import { makeFolder } from './folder.ts';

async function pathsOf(folder: string, except?: string): Promise<string[]> {
  const entries = await all(survey(folder, except === undefined ? {} : { except }));
  return entries.map(({ path }) => path);
}

async function all(walk: AsyncIterable<Entry>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of walk) entries.push(entry);
  return entries;
}

describe('survey', () => {
  it('yields files sorted within each folder, a folder after the files beside it', async () => {
    const folder = await makeFolder({ 'b/2.ts': '', 'b/1.ts': '', 'a/3.ts': '', 'z.md': '', 'c.md': '' });

    expect(await pathsOf(folder)).toEqual(['c.md', 'z.md', 'a/3.ts', 'b/1.ts', 'b/2.ts']);
  });

  it('passes over what nobody wrote, at any depth', async () => {
    const folder = await makeFolder({
      'a.ts': '',
      '.git/HEAD': '',
      'node_modules/x/i.js': '',
      'packages/p/dist/i.js': '',
      'packages/p/node_modules/y/i.js': '',
      'coverage/index.html': '',
    });

    expect(await pathsOf(folder)).toEqual(['a.ts']);
  });

  it('reviews an installed package with its dist folder and its own packages', async () => {
    const folder = await makeFolder({
      'node_modules/x/dist/i.js': '',
      'node_modules/x/node_modules/y/i.js': '',
      'node_modules/x/.git/HEAD': '',
    });

    expect(await pathsOf(join(folder, 'node_modules'))).toEqual(['x/dist/i.js', 'x/node_modules/y/i.js']);
    expect(await pathsOf(join(folder, 'node_modules/x'))).toEqual(['dist/i.js', 'node_modules/y/i.js']);
  });

  it('passes over the folder of the report, and folders that .gitignore names in plain words', async () => {
    const folder = await makeFolder({
      '.gitignore': 'out/\n/docs/reference/\n*.log\n',
      'docs/reference/a.md': '',
      'docs/b.md': '',
      'x/out/c.md': '',
      'x/docs/reference/d.md': '',
      'review/report.md': '',
    });

    const paths = await pathsOf(folder, join(folder, 'review'));

    expect(paths).toEqual(['.gitignore', 'docs/b.md', 'x/docs/reference/d.md']);
  });

  it('does not follow links, so a circle of links ends, and tells of one that leads nowhere', async () => {
    const folder = await makeFolder({ 'a/b/c.md': '' });
    await symlink(folder, join(folder, 'a/circle'));
    await symlink(join(folder, 'gone'), join(folder, 'broken'));

    expect(await all(survey(folder))).toEqual([
      expect.objectContaining({ path: 'broken', problem: 'a symbolic link that leads nowhere' }),
      expect.objectContaining({ path: 'a/b/c.md', size: 0 }),
    ]);
  });

  it('goes on when a folder disappears during the walk', async () => {
    const folder = await makeFolder({ '1.md': '', 'a/2.md': '', 'b/3.md': '' });
    const walk = survey(folder);
    await walk.next();
    await rename(join(folder, 'a'), join(folder, 'elsewhere'));

    expect(await all(walk)).toEqual([
      expect.objectContaining({ path: 'a', problem: 'it is no longer there' }),
      expect.objectContaining({ path: 'b/3.md' }),
    ]);
  });

  it('ends with the reason of its signal', async () => {
    const folder = await makeFolder({ '1.md': '', '2.md': '' });
    const controller = new AbortController();
    const walk = survey(folder, { signal: controller.signal });
    await walk.next();
    controller.abort(new Error('enough'));

    await expect(walk.next()).rejects.toThrow('enough');
  });

  it('yields nothing for a folder of empty folders', async () => {
    const folder = await makeFolder({});
    await mkdir(join(folder, 'a/b'), { recursive: true });

    expect(await pathsOf(folder)).toEqual([]);
  });
});

describe('plainFolders', () => {
  it('takes folders without patterns and leaves everything else', () => {
    expect(plainFolders('# note\nreview/\n/one/\ndocs/reference/\n*.tgz\n!keep/\nfile\na*/\n')).toEqual([
      'review',
      '/one',
      '/docs/reference',
    ]);
  });
});
