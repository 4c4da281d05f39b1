import {
  CallOptions,
  callable,
  list,
  parseOption,
  type Rule,
  refuse,
  whole,
  withDefault,
} from '../kernel/options.ts';
import { checkKey, keyFault } from './keys.ts';
import type { JournalReadOptions, ListOptions, RecordChange, RecordOptions } from './store.ts';

const LONGEST_TEXT_BYTES = 16 * 1_024 * 1_024;

/** A UTF-16 unit has at most three bytes of UTF-8, so shorter texts need no counting. */
const UNCOUNTED_UNITS = LONGEST_TEXT_BYTES / 3;

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

const textRule: Rule<string> = (value) => {
  if (!isText(value)) return refuse('text without NUL and lone surrogates', value);
  if (value.length > UNCOUNTED_UNITS && Buffer.byteLength(value) > LONGEST_TEXT_BYTES) {
    return refuse('text of at most 16 MiB of UTF-8', value);
  }
  return value;
};

const listOfTexts = list(textRule);

/** Every append goes through here, so what is right is copied by hand, and only what is wrong by the rule. */
const textsRule: Rule<readonly string[]> = (value) => {
  const texts: string[] = [];
  if (Array.isArray(value)) {
    for (let place = 0; place < value.length; place++) {
      const text: unknown = value[place];
      if (!isText(text) || text.length > UNCOUNTED_UNITS) return listOfTexts(value);
      texts.push(text);
    }
    return texts;
  }
  return listOfTexts(value);
};

const prefixRule: Rule<string> = (value) => {
  const fault = keyFault(value);
  if (fault !== undefined) refuse(`the beginning of a key (${fault})`, value);
  return value as string;
};

const ttlRule: Rule<number> = (value) => {
  if (typeof value !== 'number' || !(value > 0))
    refuse('a number of milliseconds above 0, or Infinity', value);
  return value as number;
};

const SEQUENCE = whole();
const FROM_ONE = whole({ min: 1 });
const LISTENER = callable<(...args: never[]) => unknown>();
const LIMIT = withDefault(whole({ min: 1, max: Number.POSITIVE_INFINITY }), 1_000);
const PREFIX = withDefault(prefixRule, '');
const LIST_RULES = { prefix: PREFIX, after: PREFIX, limit: LIMIT };
const RECORD_RULES = { ttlMs: withDefault(ttlRule, Number.POSITIVE_INFINITY) };

const calls = {
  read: new CallOptions('Journal.read', { after: withDefault(SEQUENCE, 0), limit: LIMIT }),
  'Journal.list': new CallOptions('Journal.list', LIST_RULES),
  'Records.list': new CallOptions('Records.list', LIST_RULES),
  'Records.create': new CallOptions('Records.create', RECORD_RULES),
  'Records.update': new CallOptions('Records.update', RECORD_RULES),
};

/**
 * The checks of what a store is called with, for whoever writes one: the same rules and errors in every store.
 *
 * Each takes what the caller passed and returns it, with defaults filled in. Texts are well-formed, have at most 16 MiB
 * of UTF-8, and no NUL, at which some databases end a text; keys follow the grammar of `InvalidKeyError`.
 */
export interface StoreChecks {
  /** A key of a stream or a record. @throws InvalidKeyError */
  key(value: unknown): string;
  /** A text, such as a snapshot. @throws InvalidOptionsError */
  text(method: string, name: string, value: unknown): string;
  /** The entries of an append, as an array of the store's own. @throws InvalidOptionsError */
  entries(value: unknown): readonly string[];
  /** A sequence that is expected, from 0 up. @throws InvalidOptionsError */
  expected(method: string, value: unknown): number;
  /** The sequence or the revision of what must be there, from 1 up. @throws InvalidOptionsError */
  place(method: string, name: string, value: unknown): number;
  /** Options of `Journal.read`. @throws InvalidOptionsError */
  readOptions(options: unknown): {
    readonly [K in keyof JournalReadOptions]-?: NonNullable<JournalReadOptions[K]>;
  };
  /** Options of a list; `limit` may be Infinity. @throws InvalidOptionsError */
  listOptions(
    method: 'Journal.list' | 'Records.list',
    options: unknown,
  ): { readonly [K in keyof ListOptions]-?: NonNullable<ListOptions[K]> };
  /** Options of a change of a record; `ttlMs` may be Infinity. @throws InvalidOptionsError */
  recordOptions(
    method: 'Records.create' | 'Records.update',
    options: unknown,
  ): { readonly [K in keyof RecordOptions]-?: NonNullable<RecordOptions[K]> };
  /** The prefix of `Records.watch`. @throws InvalidOptionsError */
  prefix(value: unknown): string;
  /** The listener of `Records.watch`. @throws InvalidOptionsError */
  listener(value: (change: RecordChange) => void): (change: RecordChange) => void;
}

/** See {@link StoreChecks}. */
export const storeChecks: StoreChecks = Object.freeze<StoreChecks>({
  key: checkKey,
  text: (method, name, value) => parseOption(method, name, textRule, value),
  entries: (value) => parseOption('Journal.append', 'entries', textsRule, value),
  expected: (method, value) => parseOption(method, 'expected', SEQUENCE, value),
  place: (method, name, value) => parseOption(method, name, FROM_ONE, value),
  readOptions: (options) => calls.read.read(options),
  listOptions: (method, options) => calls[method].read(options),
  recordOptions: (method, options) => calls[method].read(options),
  prefix: (value) => parseOption('Records.watch', 'prefix', prefixRule, value),
  listener: (value) => {
    parseOption('Records.watch', 'listener', LISTENER, value);
    return value;
  },
});
