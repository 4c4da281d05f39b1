import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { StoreError } from '../../../src/index.ts';
import { rejection, thrownBy } from '../../support/outcome.ts';
import { faultOf, storeIn, temporaryFile, temporaryFolder, writtenFile } from './files.ts';

describe('a place where no store can be', () => {
  it('refuses a folder that is missing', async () => {
    expect(await faultOf(storeIn(`${temporaryFile()}/store.db`))).toMatch(/^missing: .*no folder/);
  });

  it('refuses a file in the place of the folder', async () => {
    const file = temporaryFile();
    writeFileSync(file, 'text');

    expect(await faultOf(storeIn(`${file}/store.db`))).toMatch(/^missing: /);
  });

  it('refuses a file that is missing and shall not be made', async () => {
    const file = temporaryFile();

    expect(await faultOf(storeIn(file, { create: false }))).toMatch(/^missing: there is no file/);
    expect(thrownBy(() => readFileSync(file))).toMatchObject({ code: 'ENOENT' });
  });

  it('refuses a file that was removed while its log was left', async () => {
    const file = temporaryFile();
    writeFileSync(`${file}-wal`, 'something');

    expect(await faultOf(storeIn(file))).toMatch(/^missing: .*its log/);
  });

  it('refuses a folder in the place of the file', async () => {
    expect(await faultOf(storeIn(temporaryFolder()))).toMatch(/^failed: .*is no file/);
  });

  it('refuses a file or a folder that may not be written', { timeout: 20_000 }, async () => {
    const folder = `${temporaryFile()}.d`;
    mkdirSync(folder);
    chmodSync(temporaryFolder(), 0o755);
    copyFileSync(await writtenFile(), `${folder}/store.db`);
    chmodSync(`${folder}/store.db`, 0o444);
    chmodSync(folder, 0o555);

    // For root no mode is in the way, so somebody else is asked.
    const faults = [inProcess(`${folder}/store.db`, 65_534), inProcess(`${folder}/new.db`, 65_534)];

    expect(faults).toEqual(['read-only', 'read-only']);
  });
});

/** The fault that another process finds, as another user where this one may say so. */
function inProcess(file: string, user = 0): string {
  const script = `
    import { sqliteStore } from './src/integrations/sqlite/index.ts';
    if (process.getuid() === 0) process.setuid(${user});
    sqliteStore({ file: ${JSON.stringify(file)}, durability: 'process' }).open().then(
      () => console.log('opened'), ({ fault }) => console.log(fault));`;
  const flags = ['--input-type=module', '--eval', script];
  return spawnSync(process.execPath, flags, { encoding: 'utf8' }).stdout.trim();
}

describe('a process without a file handle left', () => {
  it('is told so, and can go on when there is one', { timeout: 20_000 }, () => {
    const script = `
      import { closeSync, openSync } from 'node:fs';
      import { sqliteStore } from './src/integrations/sqlite/index.ts';
      const open = () => sqliteStore({ file: ${JSON.stringify(temporaryFile())}, durability: 'process' });
      const first = open();
      await first.journal.append('run', 0, ['a']);
      await first.close();
      const handles = [];
      try { for (;;) handles.push(openSync('/dev/null')); } catch {}
      await first.open().catch(({ code }) => console.log(code));
      const second = sqliteStore({ file: first.file, durability: 'process' });
      await second.open().catch(({ fault }) => console.log(fault));
      for (const handle of handles.splice(0)) closeSync(handle);
      await second.open();
      try { for (;;) handles.push(openSync('/dev/null')); } catch {}
      console.log(await second.journal.append('run', 1, ['b']).catch(({ fault }) => fault));
      for (const handle of handles) closeSync(handle);
      await second.close();`;
    const flags = `ulimit -n 80; exec "$0" --input-type=module --eval "$1"`;
    const { stdout } = spawnSync('sh', ['-c', flags, process.execPath, script], { encoding: 'utf8' });

    expect(stdout.split('\n').slice(0, 2)).toEqual(['CLOSED', 'failed']);
    // The log gets its handle at the first write: a call that finds none is refused, and not half done.
    expect(['2', 'failed']).toContain(stdout.split('\n')[2]);
  });
});

describe('a file that is no store', () => {
  it.each([
    ['an empty file', ''],
    ['text', 'This is not a database, but it is long enough for one. '.repeat(100)],
    ['zeros', '\0'.repeat(8_192)],
    ['one byte', 'S'],
  ])('refuses %s as corrupt, and leaves it as it is', async (_what, content) => {
    const file = temporaryFile();
    writeFileSync(file, content);

    expect(await faultOf(storeIn(file))).toMatch(content === '' ? /^corrupt: .* is empty$/ : /^corrupt: /);
    expect(readFileSync(file, 'latin1')).toBe(content);
  });

  it.each(['delete', 'wal'])(
    'refuses the database of another application (%s), and leaves it',
    async (mode) => {
      const file = temporaryFile();
      const database = new DatabaseSync(file);
      database.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)`);
      database.close();
      const before = readFileSync(file);

      expect(await faultOf(storeIn(file))).toMatch(/^corrupt: .*no store of cadre/);
      expect(readFileSync(file)).toEqual(before);
    },
  );

  it('refuses a store of a newer version', async () => {
    const file = await writtenFile();
    change(file, 'PRAGMA user_version = 2');

    expect(await faultOf(storeIn(file))).toMatch(/^newer: .*version 2/);
  });

  it.each([
    'PRAGMA user_version = 0',
    'ALTER TABLE records ADD COLUMN more TEXT',
    'DROP INDEX records_expire',
    'DELETE FROM revisions',
    'UPDATE revisions SET last = last - 1',
    'PRAGMA journal_mode = delete',
  ])('refuses a store after %s', async (sql) => {
    const file = await writtenFile();
    change(file, sql);

    expect(await faultOf(storeIn(file))).toMatch(/^corrupt: /);
  });
});

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

describe('a file that somebody else holds', () => {
  it('is locked for another store of this process, until the first is closed', async () => {
    const first = storeIn(temporaryFile());
    await first.journal.append('run', 0, ['a']);
    const second = storeIn(first.file);

    const error = (await rejection(second.journal.append('run', 1, ['b']))) as StoreError;
    expect([error.fault, error.retryable]).toEqual(['locked', true]);
    expect(await first.journal.append('run', 1, ['c'])).toBe(2);
    await first.close();
    expect(await second.journal.append('run', 2, ['d'])).toBe(3);
    await second.close();
  });

  it('is locked for another process, also after a store of this process has tried in vain', async () => {
    const store = storeIn(temporaryFile());
    await store.open();
    await rejection(storeIn(store.file).open());

    expect(inProcess(store.file)).toBe('locked');
    await store.close();
  });

  it('is free again when the process that holds it is killed', { timeout: 20_000 }, async () => {
    const file = temporaryFile();
    const script = `
      import { sqliteStore } from './src/integrations/sqlite/index.ts';
      const store = sqliteStore({ file: ${JSON.stringify(file)}, durability: 'process' });
      for (let last = 0; ; ) { last = await store.journal.append('run', last, ['x'.repeat(5000)]); process.stdout.write(last + '\\n'); }`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    while (output.length < 4_000) await once(child.stdout, 'data');
    // Again and again, as the log is looked at while it is written.
    for (let time = 0; time < 20; time++) expect(await faultOf(storeIn(file))).toMatch(/^locked: /);
    child.kill('SIGKILL');
    await once(child, 'close');

    const store = storeIn(file);
    const acknowledged = Number(output.split('\n').at(-2));
    expect((await store.journal.read('run')).last).toBeGreaterThanOrEqual(acknowledged);
    expect(acknowledged).toBeGreaterThan(500);
    await store.close();
  });
});
