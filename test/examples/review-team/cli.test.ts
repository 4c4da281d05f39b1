import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkFolders, parseSettings, type Settings, UsageError } from '../../../examples/review-team/cli.ts';
import { makeFolder } from './folder.ts';

const parse = (...args: readonly string[]) => parseSettings(args, '/here', '/repo');

describe('parseSettings', () => {
  it('has a default for everything', () => {
    expect(parse()).toEqual({
      folder: '/repo',
      out: '/here/review',
      concurrency: 8,
      failRate: 0,
      isJson: false,
    });
  });

  it('reads every option', () => {
    expect(parse('docs', '--out', '/tmp/r', '--concurrency=2', '--fail-rate', '.2', '--json')).toEqual({
      folder: '/here/docs',
      out: '/tmp/r',
      concurrency: 2,
      failRate: 0.2,
      isJson: true,
    });
  });

  it('knows when help is wanted', () => {
    expect(parse('-h')).toBe('help');
  });

  it.each([
    [['--nope'], "Unknown option '--nope'; --help lists the options."],
    [['--out'], "Option '--out <value>' argument missing; --help lists the options."],
    [['--json=yes'], "Option '--json' does not take an argument; --help lists the options."],
    [['--concurrency', '0'], '--concurrency must be a whole number from 1 to 256, not "0".'],
    [['--concurrency', '1.5'], '--concurrency must be a whole number from 1 to 256, not "1.5".'],
    [['--fail-rate', '2'], '--fail-rate must be a number from 0 to 1, not "2".'],
    [['--fail-rate='], '--fail-rate must be a number from 0 to 1, not "".'],
    [['a', 'b'], 'One folder at a time, not 2.'],
  ])('refuses %j with one sentence', (args, message) => {
    expect(() => parse(...args)).toThrow(new UsageError(message));
  });

  it('refuses a value that looks like an option', () => {
    expect(() => parse('--concurrency', '-1')).toThrow(UsageError);
  });
});

describe('checkFolders', () => {
  const settings = (folder: string, out = join(folder, 'review')): Settings => {
    return { folder, out, concurrency: 1, failRate: 0, isJson: false };
  };

  it('accepts a folder with a file in it and makes the folder of the report', async () => {
    const folder = await makeFolder({ 'a.md': '' });

    await checkFolders(settings(folder));
    await expect(writeFile(join(folder, 'review/report.md'), '')).resolves.toBeUndefined();
  });

  it('refuses a folder that does not exist', async () => {
    await expect(checkFolders(settings('/no/such/folder'))).rejects.toThrow(
      new UsageError('There is no folder /no/such/folder.'),
    );
  });

  it('refuses a file', async () => {
    const folder = await makeFolder({ 'a.md': '' });

    await expect(checkFolders(settings(join(folder, 'a.md')))).rejects.toThrow(
      /a\.md is a file; a folder is needed\.$/,
    );
    await expect(checkFolders(settings(join(folder, 'a.md/b')))).rejects.toThrow(UsageError);
  });

  it('refuses a folder with nothing in it, the report aside', async () => {
    const folder = await makeFolder({ 'review/report.md': '', '.git/HEAD': '' });

    await expect(checkFolders(settings(folder))).rejects.toThrow(/^There is nothing to review in /);
  });

  it('refuses a report where a file stands', async () => {
    const folder = await makeFolder({ 'a.md': '' });

    for (const out of ['a.md', 'a.md/report']) {
      await expect(checkFolders(settings(folder, join(folder, out)))).rejects.toThrow(
        /a file is in its way\.$/,
      );
    }
  });
});
