import type { Journal, JournalPart, Store } from '../../src/index.ts';

/** Bugs that can be planted into a life, to see that they are found. */
export const plants = [
  'acknowledges-early',
  'drops-completed',
  'forgets-completed',
  'forgets-attempts',
  'deletes-finished',
  'loses-late',
  'lies',
] as const;

/** One of them. */
export type Plant = (typeof plants)[number];

/** How late a store that acknowledges early is. */
const LATE_MS = 20;
/** One of so many goes wrong. */
const ONE_OF = 2;

/** What a bug puts in the place of an entry, so that sequences stay as they are: it says nothing that counts. */
const NOTHING = JSON.stringify({ type: 'run.resumed', at: 0 });

type Append = Parameters<Journal['append']>;

/** Whether the bodies of a run are wrong now and then. */
export function liar(plant: Plant | undefined): (run: string) => boolean {
  return (run) => plant === 'lies' && run.includes('-1-');
}

/** A store with a bug in it; the store itself without one. */
export function planted(store: Store, plant: Plant | undefined): Store {
  const journal = plant === undefined ? undefined : brokenJournal(store.journal, plant);
  if (journal === undefined) return store;
  const { durability, records } = store;
  return { durability, records, journal, close: () => store.close() };
}

function brokenJournal(journal: Journal, plant: Plant): Journal | undefined {
  const through = {
    append: (...values: Append) => journal.append(...values),
    read: (...values: Parameters<Journal['read']>) => journal.read(...values),
    truncate: (...values: Parameters<Journal['truncate']>) => journal.truncate(...values),
    delete: (...values: Parameters<Journal['delete']>) => journal.delete(...values),
    list: (...values: Parameters<Journal['list']>) => journal.list(...values),
  };
  const rewritten = (isHit: (entry: string) => boolean): Journal => ({
    ...through,
    append: (stream, expected, entries) =>
      journal.append(
        stream,
        expected,
        entries.map((entry) => (isHit(entry) ? NOTHING : entry)),
      ),
  });
  const reread = (isHit: (entry: string) => boolean): Journal => ({
    ...through,
    read: async (...values): Promise<JournalPart> => {
      const part = await journal.read(...values);
      return { ...part, entries: part.entries.map((entry) => (isHit(entry) ? NOTHING : entry)) };
    },
  });
  switch (plant) {
    case 'acknowledges-early':
      return { ...through, append: early(journal, () => true) };
    case 'loses-late':
      // Only the last word of a run: what the world is told, and nothing that begins after it.
      return { ...through, append: early(journal, (entries) => isEnd(entries.at(-1)!)) };
    case 'drops-completed':
      return rewritten((entry) => isCompleted(entry) && Math.random() * ONE_OF < 1);
    case 'forgets-completed':
      return reread((entry) => isCompleted(entry) && Math.random() * ONE_OF < 1);
    case 'forgets-attempts':
      return reread((entry) => entry.startsWith('{"type":"step.started"') && Math.random() * ONE_OF < 1);
    case 'deletes-finished':
      return {
        ...through,
        append: async (stream, expected, entries) => {
          const last = await journal.append(stream, expected, entries);
          if (isEnd(entries.at(-1)!) && Math.random() * ONE_OF < 1) await journal.delete(stream, last);
          return last;
        },
      };
    case 'lies':
      return undefined;
  }
}

/** Says that it is stored, and stores it later: in the order in which it came. */
function early(journal: Journal, isHit: (entries: readonly string[]) => boolean): Journal['append'] {
  let before: Promise<unknown> = Promise.resolve();
  return async (stream, expected, entries) => {
    const store = async (isLate: boolean): Promise<number> => {
      if (isLate) await new Promise((resolve) => setTimeout(resolve, LATE_MS));
      return journal.append(stream, expected, entries);
    };
    if (!isHit(entries)) return store(false);
    before = before.then(() => store(true));
    return expected + entries.length;
  };
}

function isCompleted(entry: string): boolean {
  return entry.startsWith('{"type":"step.completed"');
}

function isEnd(entry: string): boolean {
  return /^\{"type":"run\.(completed|failed|cancelled)"/.test(entry);
}
