import { expect, it } from 'vitest';
import {
  ConflictError,
  InvalidOptionsError,
  type Journal,
  memoryStore,
  type RecordChange,
  type Records,
  type Store,
  StoreError,
} from '../../src/index.ts';
import { type ContractRunner, FakeClock, runContract, storeContract } from '../../src/testing/index.ts';

interface Change {
  readonly journal?: Partial<Journal>;
  readonly records?: Partial<Records>;
  readonly close?: () => Promise<void>;
}

let clock = new FakeClock();

/** A memory store with something changed. */
const broken =
  (change: (inside: Store) => Change): (() => Store) =>
  () => {
    clock = new FakeClock();
    const inside = memoryStore({ clock });
    const { journal, records } = inside;
    const { journal: ofJournal, records: ofRecords, close } = change(inside);
    return {
      durability: 'memory',
      journal: {
        append: (...args) => journal.append(...args),
        read: (...args) => journal.read(...args),
        truncate: (...args) => journal.truncate(...args),
        delete: (...args) => journal.delete(...args),
        list: (...args) => journal.list(...args),
        ...ofJournal,
      },
      records: {
        get: (...args) => records.get(...args),
        create: (...args) => records.create(...args),
        update: (...args) => records.update(...args),
        delete: (...args) => records.delete(...args),
        list: (...args) => records.list(...args),
        watch: (...args) => records.watch(...args),
        ...ofRecords,
      },
      close: close ?? (() => inside.close()),
    };
  };

const last = async ({ journal }: Store, stream: string) => (await journal.read(stream)).last;

const cases: [string, () => Store, string][] = [
  [
    'looks before it writes, with a wait between',
    broken((inside) => ({
      journal: {
        append: async (stream, expected, entries) => {
          const actual = await last(inside, stream);
          if (actual !== expected) throw new ConflictError(stream, expected, actual);
          for (let place = actual; ; ) {
            try {
              return await inside.journal.append(stream, place, entries);
            } catch (error) {
              place = (error as ConflictError).actual;
            }
          }
        },
      },
    })),
    'lets exactly one of many writers have a sequence',
  ],
  [
    'does not compare the sequence',
    broken((inside) => ({
      journal: {
        append: async (stream, _, entries) =>
          inside.journal.append(stream, await last(inside, stream), entries),
      },
    })),
    'refuses a writer that was overtaken, for ever',
  ],
  [
    'takes an append that expects less',
    broken((inside) => ({
      journal: {
        append: async (stream, expected, entries) => {
          const actual = await last(inside, stream);
          return inside.journal.append(stream, expected < actual ? actual : expected, entries);
        },
      },
    })),
    'refuses an append that expects less or more than there is, and stores none of it',
  ],
  [
    'does not say where a stream stands that it refuses',
    broken((inside) => ({
      journal: {
        append: (stream, expected, entries) =>
          inside.journal.append(stream, expected, entries).catch((error) => {
            throw error instanceof ConflictError ? new ConflictError(stream, expected, 0) : error;
          }),
      },
    })),
    'refuses an append that expects less or more than there is, and stores none of it',
  ],
  [
    'stores entries one by one',
    broken((inside) => ({
      journal: {
        append: async (stream, expected, entries) => {
          if (!Array.isArray(entries)) return inside.journal.append(stream, expected, entries);
          let place = await inside.journal.append(stream, expected, []);
          for (const entry of entries) place = await inside.journal.append(stream, place, [entry]);
          return place;
        },
      },
    })),
    'refuses text that UTF-8 can not carry, and stores none of the others with it',
  ],
  [
    'keeps an entry once',
    broken((inside) => ({
      journal: {
        append: (stream, expected, entries) => inside.journal.append(stream, expected, [...new Set(entries)]),
      },
    })),
    'keeps an entry that is there twice',
  ],
  [
    'keeps the array that it is given',
    broken((inside) => ({
      journal: {
        append: async (...args) => {
          await null;
          return inside.journal.append(...args);
        },
      },
    })),
    'keeps the entries apart from the array that they came in',
  ],
  [
    'makes a stream of nothing',
    broken((inside) => {
      const empty = new Set<string>();
      return {
        journal: {
          append: (stream, expected, entries) => {
            if (entries.length === 0) empty.add(stream);
            return inside.journal.append(stream, expected, entries);
          },
          list: async (options) => [
            ...[...empty].map((stream) => ({ stream, last: 0, entry: undefined })),
            ...(await inside.journal.list(options)),
          ],
        },
      };
    }),
    'only compares the sequence when there is nothing to append',
  ],
  [
    'answers an append before it is carried out',
    broken((inside) => ({
      journal: {
        append: async (stream, expected, entries) => {
          setTimeout(() => inside.journal.append(stream, expected, entries).catch(() => {}), 1);
          return expected + entries.length;
        },
      },
    })),
    'shows every later call what a call has stored',
  ],
  [
    'reads from a sequence and not after it',
    broken((inside) => ({
      journal: {
        read: (stream, { after = 0, ...rest } = {}) =>
          inside.journal.read(stream, { after: Math.max(0, after - 1), ...rest }),
      },
    })),
    'reads the entries after a sequence',
  ],
  [
    'does not look at the limit of a read',
    broken((inside) => ({
      journal: { read: (stream, options) => inside.journal.read(stream, { ...options, limit: Infinity }) },
    })),
    'reads 1000 entries at most unless it is told',
  ],
  [
    'shows the sequence of the last that is read as that of the stream',
    broken((inside) => ({
      journal: {
        read: async (...args) => {
          const part = await inside.journal.read(...args);
          return {
            ...part,
            last: part.entries.length > 0 ? part.first + part.entries.length - 1 : part.last,
          };
        },
      },
    })),
    'reads a stream in parts that give every entry once',
  ],
  [
    'shows the snapshot always',
    broken((inside) => ({
      journal: {
        read: async (stream, options) => {
          const part = await inside.journal.read(stream, options);
          return { ...part, snapshot: part.snapshot ?? (await inside.journal.read(stream)).snapshot };
        },
      },
    })),
    'shows the snapshot only to those who miss what it stands for',
  ],
  [
    'never shows a snapshot',
    broken((inside) => ({
      journal: {
        read: async (...args) => ({ ...(await inside.journal.read(...args)), snapshot: undefined }),
      },
    })),
    'puts a snapshot in the place of the first entries, and goes on counting',
  ],
  [
    'takes a snapshot beyond the end for one at the end',
    broken((inside) => ({
      journal: {
        truncate: async (stream, sequence, text) =>
          inside.journal.truncate(stream, Math.min(sequence, (await last(inside, stream)) || sequence), text),
      },
    })),
    'refuses a snapshot beyond the end, or before the one there is, and changes nothing',
  ],
  [
    'deletes whatever the sequence is',
    broken((inside) => ({
      journal: { delete: async (stream) => inside.journal.delete(stream, await last(inside, stream)) },
    })),
    'refuses to delete a stream that stands elsewhere, and keeps it',
  ],
  [
    'lists the streams in the order of UTF-16',
    broken((inside) => ({
      journal: {
        list: async (options) =>
          (await inside.journal.list(options)).toSorted((a, b) => (a.stream < b.stream ? -1 : 1)),
      },
    })),
    'lists keys in the order of their UTF-8 bytes',
  ],
  [
    'takes a prefix for a pattern',
    broken((inside) => ({
      journal: {
        list: async ({ prefix = '', ...rest } = {}) => {
          const pattern = new RegExp(
            `^${prefix
              .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
              .replaceAll('_', '.')
              .replaceAll('%', '.*')}`,
          );
          return (await inside.journal.list(rest)).filter(({ stream }) => pattern.test(stream));
        },
      },
    })),
    'takes a prefix as it is, whatever wildcards it has',
  ],
  [
    'includes the key after which it lists',
    broken((inside) => ({
      journal: {
        list: async ({ after = '', ...rest } = {}) =>
          (await inside.journal.list(rest)).filter(({ stream }) => stream >= after),
      },
    })),
    'lists what comes after a key that is not there, and within the prefix only',
  ],
  [
    'does not tell upper from lower case',
    broken((inside) => ({
      journal: {
        append: (stream, ...rest) => inside.journal.append(lower(stream), ...rest),
        read: (stream, ...rest) => inside.journal.read(lower(stream), ...rest),
      },
    })),
    'keeps streams apart whose keys look alike, or like something else',
  ],
  [
    'normalises keys',
    broken((inside) => ({
      records: {
        create: (key, ...rest) => inside.records.create(normal(key), ...rest),
        get: (key) => inside.records.get(normal(key)),
      },
    })),
    'keeps records apart whose keys look alike, or like something else',
  ],
  [
    'keeps records in an object',
    broken(({ records }) => {
      const known: Record<string, unknown> = {};
      return {
        records: {
          get: async (key) => (known[key] === undefined ? records.get(key) : (known[key] as never)),
        },
      };
    }),
    'has no streams or records under keys of an empty object',
  ],
  [
    'trims texts',
    broken((inside) => ({
      journal: {
        append: (stream, expected, entries) =>
          inside.journal.append(stream, expected, Array.isArray(entries) ? entries.map(trimmed) : entries),
      },
    })),
    'gives every text back exactly',
  ],
  [
    'cuts text at NUL',
    broken((inside) => ({
      journal: {
        append: (stream, expected, entries) =>
          inside.journal.append(stream, expected, Array.isArray(entries) ? entries.map(cut) : entries),
      },
    })),
    'keeps NUL in a text exactly, or refuses it',
  ],
  [
    'replaces what UTF-8 can not carry',
    broken((inside) => ({
      records: { create: (key, text, options) => inside.records.create(key, wellFormed(text), options) },
    })),
    'refuses text that UTF-8 can not carry, and stores none of the others with it',
  ],
  [
    'cuts long texts',
    broken((inside) => ({
      records: {
        create: (key, text, options) =>
          inside.records.create(key, typeof text === 'string' ? text.slice(0, 65_536) : text, options),
      },
    })),
    'keeps texts of a million bytes',
  ],
  [
    'cuts long keys',
    broken((inside) => ({
      journal: {
        append: (stream, ...rest) => inside.journal.append(short(stream), ...rest),
        read: (stream, ...rest) => inside.journal.read(short(stream), ...rest),
      },
    })),
    'refuses what is no key, in every call',
  ],
  [
    'throws where it should reject',
    broken((inside) => ({
      journal: {
        append: (stream, expected, entries) => {
          if (stream === '') throw new InvalidOptionsError('x', 'y', 'z', stream);
          return inside.journal.append(stream, expected, entries);
        },
      },
    })),
    'refuses what is no key, in every call',
  ],
  [
    'does not know one option from another',
    broken((inside) => ({
      journal: { list: (options) => inside.journal.list({ limit: 1_000, prefix: options?.prefix }) },
    })),
    'refuses options that are none',
  ],
  [
    'makes a record over another',
    broken(({ records }) => ({
      records: {
        create: async (key, text, options) => {
          const there = await records.get(key);
          return there
            ? records.update(key, text, there.revision, options)
            : records.create(key, text, options);
        },
      },
    })),
    'refuses to make a record that is there, and keeps it',
  ],
  [
    'looks for a record before it makes it, with a wait between',
    broken(({ records }) => ({
      records: {
        create: async (key, text, options) => {
          const there = await records.get(key);
          if (there !== undefined) throw new ConflictError(key, 0, there.revision);
          records.delete(key).catch(() => {});
          return records.create(key, text, options);
        },
      },
    })),
    'lets exactly one of many make a record',
  ],
  [
    'changes a record whatever its revision is',
    broken(({ records }) => ({
      records: {
        update: async (key, text, revision, options) =>
          records.update(key, text, (await records.get(key))?.revision ?? revision, options),
      },
    })),
    'refuses a change that names another revision, and keeps the record',
  ],
  [
    'removes a record whatever its revision is',
    broken(({ records }) => ({ records: { delete: (key) => records.delete(key) } })),
    'removes a record of a revision, and refuses to remove another',
  ],
  [
    'counts the revisions of each record alone',
    broken(({ records }) => {
      const offsets = new Map<string, number>();
      return {
        records: {
          create: async (key, text, options) => {
            const revision = await records.create(key, text, options);
            offsets.set(key, revision - 1);
            return 1;
          },
          get: async (key) => {
            const found = await records.get(key);
            return found && { ...found, revision: found.revision - (offsets.get(key) ?? 0) };
          },
        },
      };
    }),
    'gives revisions that grow over all records, and never one again',
  ],
  [
    'never lets a record go',
    broken(({ records }) => ({
      records: {
        create: (key, text, options) => {
          const { ttlMs = Infinity } = options ?? {};
          return records.create(key, text, ttlMs === 80 ? {} : options);
        },
      },
    })),
    'keeps a record as long as its time to live, and not longer',
  ],
  [
    'counts the time to live from the first call',
    broken(({ records }) => ({
      records: {
        update: async (key, text, revision, options) => {
          const changed = await records.update(key, text, revision, options);
          if (options?.ttlMs === 3_600_000) clock.schedule(() => records.delete(key).catch(() => {}), 40);
          return changed;
        },
      },
    })),
    'counts the time to live anew with every change',
  ],
  [
    'keeps the time to live when a record is changed without one',
    broken(({ records }) => ({
      records: {
        update: (key, text, revision, options) =>
          records.update(key, text, revision, options ?? { ttlMs: 40 }),
      },
    })),
    'keeps a record for ever that is changed without a time to live',
  ],
  [
    'hides an old record only from lists',
    broken(({ records }) => {
      const texts = new Map<string, string>();
      return {
        records: {
          create: async (key, text, options) => {
            const revision = await records.create(key, text, options);
            if (options?.ttlMs === 80) texts.set(key, text);
            return revision;
          },
          get: async (key) => {
            const text = texts.get(key);
            return (await records.get(key)) ?? (text === undefined ? undefined : { key, text, revision: 1 });
          },
        },
      };
    }),
    'keeps a record as long as its time to live, and not longer',
  ],
  [
    'lets a listener that throws stop the next',
    broken(({ records }) => {
      let failed = false;
      return {
        records: {
          watch: (prefix, listener) =>
            records.watch(prefix, (change) => {
              if (failed) return;
              try {
                listener(change);
              } catch {
                failed = true;
              }
            }),
        },
      };
    }),
    'does not let a listener that throws hurt the others, the caller or itself',
  ],
  [
    'tells changes to all',
    broken(({ records }) => ({ records: { watch: (_prefix, listener) => records.watch('', listener) } })),
    'tells changes under the prefix only',
  ],
  [
    'tells the last change first',
    broken(({ records }) => ({
      records: {
        watch: (prefix, listener) => {
          const waiting: RecordChange[] = [];
          return records.watch(prefix, (change) => {
            if (waiting.unshift(change) === 1) setTimeout(() => waiting.splice(0).forEach(listener), 1);
          });
        },
      },
    })),
    'tells the changes that are made at once in the order of revisions',
  ],
  [
    'tells changes twice',
    broken(({ records }) => ({
      records: {
        watch: (prefix, listener) =>
          records.watch(prefix, (change) => {
            listener(change);
            listener(change);
          }),
      },
    })),
    'tells every change of a record, in the order of revisions',
  ],
  [
    'does not tell that the time of a record is up',
    broken(({ records }) => ({
      records: {
        watch: (prefix, listener) =>
          records.watch(prefix, (change) => {
            if (change.text !== undefined) listener(change);
          }),
      },
    })),
    'tells that the time of a record is up, and then it is gone',
  ],
  [
    'never ends a watch',
    broken(({ records }) => ({
      records: {
        watch: (...args) => {
          records.watch(...args);
          return () => {};
        },
      },
    })),
    'ends for the one that ends it, once and for good',
  ],
  [
    'ends all watches of a listener',
    broken(({ records }) => {
      const ends = new Map<unknown, (() => void)[]>();
      return {
        records: {
          watch: (prefix, listener) => {
            const own = ends.get(listener) ?? [];
            ends.set(listener, own);
            own.push(records.watch(prefix, listener));
            return () => {
              for (const end of own) end();
            };
          },
        },
      };
    }),
    'ends for the one that ends it, once and for good',
  ],
  [
    'tells what was before',
    broken(({ records }) => {
      const before: RecordChange[] = [];
      records.watch('', (change) => void before.push(change));
      return {
        records: {
          watch: (prefix, listener) => {
            for (const change of before) listener(change);
            return records.watch(prefix, listener);
          },
        },
      };
    }),
    'tells only what comes after the call',
  ],
  [
    'works on when it is closed',
    broken((inside) => ({ close: async () => void inside.records.list() })),
    'refuses every call once it is closed',
  ],
  [
    'can be closed once',
    broken((inside) => {
      let closed = false;
      return {
        close: async () => {
          if (closed) throw new StoreError('failed', 'it is closed');
          closed = true;
          await inside.close();
        },
      };
    }),
    'can be closed more than once',
  ],
  [
    'drops what it has accepted when it is closed',
    broken((inside) => ({
      journal: {
        append: async (...args) => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          return inside.journal.append(...args);
        },
      },
    })),
    'waits for what was accepted when it is closed',
  ],
  [
    'fails all when one is in conflict',
    broken((inside) => {
      let waiting: Promise<unknown>[] = [];
      return {
        journal: {
          append: async (...args) => {
            const appended = inside.journal.append(...args);
            waiting.push(appended);
            await null;
            const together = waiting;
            await Promise.all(together).finally(() => {
              waiting = [];
            });
            return appended;
          },
        },
      };
    }),
    'fails only those of many calls at once that are in conflict',
  ],
];

function lower(key: string): string {
  return typeof key === 'string' ? key.toLowerCase() : key;
}
function normal(key: string): string {
  return typeof key === 'string' ? key.normalize('NFC') : key;
}
function short(key: string): string {
  return typeof key === 'string' ? key.slice(0, 255) : key;
}
function trimmed(text: string): string {
  return typeof text === 'string' ? text.trim() : text;
}
function cut(text: string): string {
  return typeof text === 'string' ? text.split('\0')[0]! : text;
}
function wellFormed(text: string): string {
  return typeof text === 'string' ? text.toWellFormed() : text;
}

/** A runner for one clause alone, as the others are not asked. */
const only = (clause: string, { describe, it: declare }: ContractRunner): ContractRunner => ({
  describe,
  it: (name, body) => name === clause && declare(name, body),
});

it.each(cases)('turns red for a store that %s', async (_what, make, clause) => {
  const options = { advance: (_store: Store, ms: number) => clock.advance(ms), withinMs: 50 };
  const { failed, passed } = await runContract((runner) =>
    storeContract(only(clause, runner), make, options),
  );

  expect([passed, failed.map(({ clause: name }) => name)]).toEqual([[], [`a store: ${clause}`]]);
});

const restarts: [string, (before: Store, after: Store) => Promise<void>, string][] = [
  ['forgets everything', async () => {}, 'has every entry and snapshot after a restart'],
  [
    'forgets the records',
    async (before, after) => {
      for (const { stream } of await before.journal.list()) {
        const { entries } = await before.journal.read(stream);
        await after.journal.append(stream, 0, entries);
      }
    },
    'has every record after a restart, with its revision',
  ],
  [
    'begins its revisions anew',
    async (before, after) => {
      for (const { key, text } of await before.records.list()) await after.records.create(key, text);
    },
    'gives no revision again after a restart, also when the last record is gone',
  ],
];

it.each(restarts)('turns red for a store that %s when it is opened again', async (_what, copy, clause) => {
  const reopen = async (before: Store): Promise<Store> => {
    const after = memoryStore();
    await copy(before, after);
    await before.close();
    return after;
  };
  const { failed } = await runContract((runner) =>
    storeContract(only(clause, runner), memoryStore, { reopen }),
  );

  expect(failed.map(({ clause: name }) => name)).toEqual([`a store: ${clause}`]);
});
