import { resolve } from 'node:path';
import { type Clock, InvalidOptionsError, systemClock } from '../../index.ts';

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** The path of the file. Beside it lies its log, `<file>-wal`, while the store is open or after a crash. */
  readonly file: string;
  /**
   * What is stored when a call resolves: `process` outlives the end of the process, however it comes, but the last
   * moments may be lost in a power cut; `power` outlives that too, for one sync of the disk in each turn that writes.
   */
  readonly durability: 'process' | 'power';
  /** Makes a file that is missing; its folder must be there. @default true */
  readonly create?: boolean | undefined;
  /**
   * Reads the whole file when it is opened, and refuses it when something in it is damaged: about ten seconds a
   * gigabyte, in which nothing else runs. Without, damage is found when what it hit is read; that the last entries of
   * a stream or its name are gone may then pass for a stream that is shorter, or new.
   *
   * @default true
   */
  readonly check?: boolean | undefined;
  /** Where the time comes from that records may live: the wall time, as it goes on over restarts. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** {@link SqliteStoreOptions}, parsed. */
export interface SqliteSettings {
  /** Absolute. */
  readonly file: string;
  readonly durability: 'process' | 'power';
  readonly create: boolean;
  readonly check: boolean;
  readonly clock: Clock;
}

type Rule = (value: unknown) => boolean;

const flag: Rule = (value) => value === undefined || typeof value === 'boolean';
/** Names that SQLite does not take for a path. */
const NO_PATH = /^$|^:memory:$|^file:|\0/;

const RULES: Readonly<Record<keyof SqliteStoreOptions, readonly [string, Rule]>> = {
  file: ['the path of a file', (value) => typeof value === 'string' && !NO_PATH.test(value)],
  durability: ["'process' or 'power'", (value) => value === 'process' || value === 'power'],
  create: ['true or false', flag],
  check: ['true or false', flag],
  clock: ['a Clock', (value) => value === undefined || isClock(value)],
};

function isClock(value: unknown): boolean {
  const clock = value as Partial<Clock> | null;
  return [clock?.now, clock?.monotonic, clock?.schedule, clock?.random, clock?.id].every(
    (method) => typeof method === 'function',
  );
}

/** Reads the options. @throws InvalidOptionsError */
export function readOptions(options: SqliteStoreOptions): SqliteSettings {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidOptionsError('sqliteStore', 'options', 'an object', options);
  }
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(RULES, key)) continue;
    const known = `one of the known options (${Object.keys(RULES).join(', ')})`;
    throw new InvalidOptionsError('sqliteStore', key, known, key);
  }
  const { file, durability, create, check, clock } = options;
  for (const [key, value] of Object.entries({ file, durability, create, check, clock })) {
    const [words, rule] = RULES[key as keyof SqliteStoreOptions];
    if (!rule(value)) throw new InvalidOptionsError('sqliteStore', key, words, value);
  }
  return {
    file: resolve(file),
    durability,
    create: create ?? true,
    check: check ?? true,
    clock: clock ?? systemClock,
  };
}
