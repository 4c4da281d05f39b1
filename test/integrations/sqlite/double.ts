import type { DatabaseSync } from 'node:sqlite';
import { vi } from 'vitest';

type Sqlite = typeof import('node:sqlite');

/** What a test does to the SQLite of Node. */
export interface SqliteDouble {
  /** Called with each statement before it runs; what it throws the statement throws. */
  before?: (sql: string) => void;
  /** Called with each database that is opened for writing. */
  opened?: (database: DatabaseSync) => void;
  /** What it says to be. */
  version?: string;
}

/** An error as `node:sqlite` throws it. */
export function sqliteError(errcode: number, message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode });
}

/** Puts something between the store and SQLite, until `vi.restoreAllMocks`. */
export function doubleSqlite(double: SqliteDouble): void {
  const real = process.getBuiltinModule('node:sqlite');
  class Database extends real.DatabaseSync {
    constructor(...args: ConstructorParameters<Sqlite['DatabaseSync']>) {
      super(...args);
      if (args[1]?.readOnly !== true && args[0] !== ':memory:') double.opened?.(this);
    }

    override prepare(sql: string): ReturnType<DatabaseSync['prepare']> {
      if (sql.includes('sqlite_version') && double.version !== undefined) {
        return super.prepare(`SELECT '${double.version}' AS version`);
      }
      const statement = super.prepare(sql);
      const run = statement.run.bind(statement);
      statement.run = (...values: never[]) => {
        double.before?.(sql);
        return run(...values);
      };
      return statement;
    }
  }
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((id: string) =>
    id === 'node:sqlite' ? { ...real, DatabaseSync: Database } : undefined) as never);
}
