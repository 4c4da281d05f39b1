import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InvalidOptionsError } from '../../../src/index.ts';
import { sqliteStore } from '../../../src/integrations/sqlite/index.ts';
import { rejection, thrownBy } from '../../support/outcome.ts';
import { doubleSqlite } from './double.ts';
import { faultOf, storeIn, temporaryFile } from './files.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('sqliteStore', () => {
  it.each([
    [undefined],
    [null],
    ['store.db'],
    [{}],
    [{ file: 'store.db' }],
    [{ file: '', durability: 'process' }],
    [{ file: ':memory:', durability: 'process' }],
    [{ file: 'file:store.db', durability: 'process' }],
    [{ file: 'a\0b', durability: 'process' }],
    [{ file: 1, durability: 'process' }],
    [{ file: 'store.db', durability: 'memory' }],
    [{ file: 'store.db', durability: 'process', create: 1 }],
    [{ file: 'store.db', durability: 'process', check: 'yes' }],
    [{ file: 'store.db', durability: 'process', clock: {} }],
    [{ file: 'store.db', durability: 'process', path: 'x' }],
  ])('refuses the options %j', (options) => {
    expect(thrownBy(() => sqliteStore(options as never))).toBeInstanceOf(InvalidOptionsError);
  });

  it('touches nothing before it is used', async () => {
    const builtin = vi.spyOn(process, 'getBuiltinModule');
    const store = storeIn('/nowhere/at/all/store.db');
    store.records.watch('', () => {});
    await store.close();

    expect(builtin).not.toHaveBeenCalled();
  });

  it('can be opened again after it could not', async () => {
    const folder = `${temporaryFile()}.d`;
    const store = storeIn(`${folder}/store.db`);
    expect(await rejection(store.open())).toMatchObject({ fault: 'missing' });

    mkdirSync(folder);
    await store.open();
    expect(await store.journal.append('run', 0, ['a'])).toBe(1);
    await store.close();
  });

  it('says which Node it needs where there is no SQLite', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);

    expect(await faultOf(storeIn(temporaryFile()))).toMatch(/^failed: .*no node:sqlite; 22.13/);
  });

  it('warns once in a process of a SQLite that may damage files', async () => {
    vi.resetModules();
    const fresh = await import('../../../src/integrations/sqlite/index.ts');
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    doubleSqlite({ version: '3.51.2' });
    for (let opened = 0; opened < 2; opened++) {
      const store = fresh.sqliteStore({ file: temporaryFile(), durability: 'process' });
      await store.open();
      await store.close();
    }

    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(
      expect.stringContaining('3.51.3'),
      expect.objectContaining({ code: 'CADRE_OLD_SQLITE' }),
    );
  });

  it.each(['3.51.3', '3.52.0', '3.60', '4.0.0', '3.100.1'])('does not warn of SQLite %s', async (version) => {
    vi.resetModules();
    const fresh = await import('../../../src/integrations/sqlite/index.ts');
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    doubleSqlite({ version });
    const store = fresh.sqliteStore({ file: temporaryFile(), durability: 'process' });
    await store.open();
    await store.close();

    expect(warn).not.toHaveBeenCalled();
  });

  it('keeps no process alive', { timeout: 20_000 }, () => {
    const script = `
      import { sqliteStore } from './src/integrations/sqlite/index.ts';
      const store = sqliteStore({ file: ${JSON.stringify(temporaryFile())}, durability: 'process' });
      store.records.watch('', () => {});
      await store.records.create('lock', 'ada', { ttlMs: 3_600_000 });
      await store.journal.append('run', 0, ['a']);
      console.log('done');`;
    const flags = ['--unhandled-rejections=strict', '--input-type=module', '--eval', script];
    const { stdout, stderr, status } = spawnSync(process.execPath, flags, {
      encoding: 'utf8',
      timeout: 15_000,
    });

    const said = stderr.replace(/.*ExperimentalWarning: SQLite.*\n.*\n/, ''); // by Node 22
    expect([stdout, said, status]).toEqual(['done\n', '', 0]);
  });
});
