import { expect, it } from 'vitest';
import { ConflictError, memoryStore, type RecordChange, type Store } from '../../src/index.ts';
import { sqliteStore } from '../../src/integrations/sqlite/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { SeededRandom } from '../../src/testing/random.ts';
import { temporaryFile } from '../integrations/sqlite/files.ts';
import { type Outcome, StoreModel } from './model.ts';

/** `HISTORIES=10000 npx vitest run test/storage/histories.test.ts` for the whole proof. */
const HISTORIES = Number(process.env['HISTORIES'] ?? 1_000);
/** After so many the file is closed and opened again. */
const PER_LIFE = 50;
const NAMES = ['a', 'b', 'B', 'a%', 'a_', '\uff5a', '\u{1f600}', '__proto__', 'a.b'];
const TEXTS = ['', 'x', '{"a":1}', 'null', '\u{1f600}', 'a\u0001b', 'long '.repeat(500)];

type Call = (store: Store) => Promise<unknown>;

/** One call, and what the model says to it. */
interface Step {
  readonly name: string;
  readonly call: Call;
  readonly expected: Outcome;
}

/** Makes up calls, and has the model answer each at once. */
class History {
  readonly #random: SeededRandom;
  readonly #prefix: string;
  readonly #model: StoreModel;
  readonly #clock: FakeClock;
  /** Times at which records are gone: each once, as the order of two at one time is nobody's. */
  readonly #dueTimes: Set<number>;

  constructor(seed: number, model: StoreModel, clock: FakeClock, dueTimes: Set<number>) {
    this.#dueTimes = dueTimes;
    this.#random = new SeededRandom(seed);
    this.#prefix = `history ${seed}/`;
    this.#model = model;
    this.#clock = clock;
  }

  /** How many calls are made at once. */
  together(): number {
    return this.#chance(0.5) ? 1 : 1 + this.#below(6);
  }

  /** How much time passes before the next calls; mostly none. */
  pauseMs(): number {
    return this.#chance(0.3) ? this.#below(40) : 0;
  }

  next(): Step {
    const model = this.#model;
    const now = this.#clock.monotonic();
    const key = this.#prefix + this.#pick(NAMES);
    const text = this.#pick(TEXTS);
    const step = (name: string, expected: Outcome, call: Call): Step => ({ name, call, expected });
    switch (this.#below(11)) {
      case 0:
      case 1:
      case 2: {
        const entries = Array.from({ length: this.#below(4) }, () => this.#pick(TEXTS));
        const expected = this.#near(model.last(key));
        return step(`append ${key} ${expected}`, model.append(key, expected, entries), ({ journal }) =>
          journal.append(key, expected, entries),
        );
      }
      case 3: {
        const [after, limit] = [this.#below(8), 1 + this.#below(5)];
        return step(`read ${key} ${after} ${limit}`, model.read(key, after, limit), ({ journal }) =>
          journal.read(key, { after, limit }),
        );
      }
      case 4: {
        const sequence = 1 + this.#below(Math.max(1, model.last(key) + 1));
        return step(`truncate ${key} ${sequence}`, model.truncate(key, sequence, text), ({ journal }) =>
          journal.truncate(key, sequence, text),
        );
      }
      case 5: {
        const expected = this.#near(model.last(key));
        return step(`delete ${key} ${expected}`, model.deleteStream(key, expected), ({ journal }) =>
          journal.delete(key, expected),
        );
      }
      case 6: {
        const list = this.#list();
        return step('list streams', model.streams(list), ({ journal }) => journal.list(list));
      }
      case 7: {
        const ttlMs = this.#ttl(now);
        return step(`create ${key}`, model.create(key, text, now + ttlMs, now), ({ records }) =>
          records.create(key, text, { ttlMs }),
        );
      }
      case 8: {
        const ttlMs = this.#ttl(now);
        const revision = Math.max(1, this.#near(model.revision(key) ?? 1));
        const expected = model.update(key, text, revision, now + ttlMs, now);
        return step(`update ${key} ${revision}`, expected, ({ records }) =>
          records.update(key, text, revision, { ttlMs }),
        );
      }
      case 9: {
        const revision = this.#chance(0.5) ? undefined : Math.max(1, this.#near(model.revision(key) ?? 1));
        return step(`remove ${key} ${revision}`, model.delete(key, revision, now), ({ records }) =>
          records.delete(key, revision),
        );
      }
      default: {
        if (this.#chance(0.5))
          return step(`get ${key}`, model.get(key, now), ({ records }) => records.get(key));
        const list = this.#list();
        return step('list records', model.records(list, now), ({ records }) => records.list(list));
      }
    }
  }

  /** The calls that show all that is left. */
  *state(): Generator<Step> {
    const list = { prefix: this.#prefix, after: '', limit: 1_000 };
    const now = this.#clock.monotonic();
    yield { name: 'streams', call: ({ journal }) => journal.list(list), expected: this.#model.streams(list) };
    yield {
      name: 'records',
      call: ({ records }) => records.list(list),
      expected: this.#model.records(list, now),
    };
    for (const name of NAMES) {
      const key = this.#prefix + name;
      const expected = this.#model.read(key, 0, 1_000);
      yield { name: `stream ${key}`, call: ({ journal }) => journal.read(key), expected };
    }
  }

  /** The calls that take all of it away, so that the next history is not slower than this one. */
  *end(): Generator<Step> {
    const now = this.#clock.monotonic();
    for (const name of NAMES) {
      const key = this.#prefix + name;
      const last = this.#model.last(key);
      const expected = this.#model.deleteStream(key, last);
      yield { name: `delete ${key}`, call: ({ journal }) => journal.delete(key, last), expected };
      const removed = this.#model.delete(key, undefined, now);
      yield { name: `remove ${key}`, call: ({ records }) => records.delete(key), expected: removed };
    }
  }

  #list() {
    const after = this.#chance(0.5) ? '' : this.#prefix + this.#pick(NAMES);
    return { prefix: this.#prefix + this.#pick(['', '', 'a', 'a_', 'b']), after, limit: 1 + this.#below(6) };
  }

  #ttl(now: number): number {
    if (this.#chance(0.6)) return Number.POSITIVE_INFINITY;
    let due = now + 1 + this.#below(60);
    while (this.#dueTimes.has(due)) due++;
    this.#dueTimes.add(due);
    return due - now;
  }

  /** Mostly the number itself. */
  #near(right: number): number {
    return this.#chance(0.75) ? right : Math.max(0, right + this.#below(5) - 2);
  }

  #chance(of: number): boolean {
    return this.#random.next() < of;
  }

  #below(bound: number): number {
    return Math.floor(this.#random.next() * bound);
  }

  #pick<T>(of: readonly T[]): T {
    return of[this.#below(of.length)]!;
  }
}

async function outcomeOf(promise: Promise<unknown>): Promise<Outcome> {
  try {
    return { output: await promise };
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return { conflict: [error.key, error.expected, error.actual] };
  }
}

/** Plays histories on a store and on a model of its own. */
async function play(
  makeStore: (clock: FakeClock) => Store,
  reopen: (store: Store, clock: FakeClock) => Promise<Store>,
) {
  const clock = new FakeClock();
  const model = new StoreModel();
  const dueTimes = new Set<number>();
  let store = makeStore(clock);
  let told: RecordChange[] = [];
  const watch = () => store.records.watch('', (change) => void told.push(change));
  let end = watch();
  let conflicts = 0;
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const history = new History(seed, model, clock, dueTimes);
    const check = async (steps: readonly Step[]): Promise<void> => {
      const found = await Promise.all(steps.map(({ call }) => outcomeOf(call(store))));
      for (const [place, { name, expected }] of steps.entries()) {
        if ('conflict' in expected) conflicts++;
        expect(found[place], `history ${seed}: ${name}`).toEqual(expected);
      }
    };
    for (let round = 0; round < 8; round++) {
      // What is expired by a timer is expired at another moment than in the model, so no timer is let ring.
      clock.stall(history.pauseMs());
      await check(Array.from({ length: history.together() }, () => history.next()));
    }
    await check([...history.state()]);
    await check([...history.end()]);
    expect(told, `history ${seed}: changes`).toEqual(model.told);
    told = [];
    model.told.length = 0;
    if (seed % PER_LIFE === 0) {
      end();
      store = await reopen(store, clock);
      end = watch();
    }
  }
  await store.close();
  return conflicts;
}

it('gives the answers of a plain model on random histories, in memory', { timeout: 600_000 }, async () => {
  const conflicts = await play(
    (clock) => memoryStore({ clock }),
    async (store) => store,
  );

  expect(conflicts).toBeGreaterThan(HISTORIES);
});

it('gives the answers of the same model in a file, over restarts', { timeout: 600_000 }, async () => {
  const file = temporaryFile();
  const conflicts = await play(
    (clock) => sqliteStore({ file, durability: 'process', clock }),
    async (store, clock) => {
      await store.close();
      return sqliteStore({ file, durability: 'process', clock });
    },
  );

  expect(conflicts).toBeGreaterThan(HISTORIES);
});
