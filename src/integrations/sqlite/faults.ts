import { CadreError, StoreError, type StoreFault } from '../../index.ts';

/** SQLite's primary result codes that say more than that it failed. */
const SQLITE_FAULTS: Readonly<Record<number, StoreFault>> = {
  5: 'locked',
  6: 'locked',
  8: 'read-only',
  11: 'corrupt',
  13: 'full',
  26: 'corrupt',
};
/** A part of the file that should be there is not. */
const SHORT_READ = 522;

const CODE_FAULTS: Readonly<Record<string, StoreFault>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'read-only',
  EPERM: 'read-only',
  EROFS: 'read-only',
  ENOSPC: 'full',
  EDQUOT: 'full',
  // A number in a row that none of ours has.
  ERR_OUT_OF_RANGE: 'corrupt',
};

/** What Node or SQLite threw, as the error that names the fault; an error of cadre's as it is. */
export function storeError(file: string, error: unknown): CadreError {
  if (error instanceof CadreError) return error;
  const { code, errcode, message } = error as { code?: string; errcode?: number; message?: string };
  const fault =
    errcode === SHORT_READ
      ? 'corrupt'
      : (SQLITE_FAULTS[(errcode ?? 0) & 0xff] ?? CODE_FAULTS[code ?? ''] ?? 'failed');
  return new StoreError(fault, `${file}: ${message ?? String(error)}`, error);
}

/** The error for stored data that is not what was stored. */
export function damaged(what: string): StoreError {
  return new StoreError('corrupt', `${what} is not what was stored`);
}
