import { describe, expect, it } from 'vitest';
import {
  Coordinator,
  defineWorkflow,
  type HandlerContext,
  type Journal,
  type Store,
  StoreError,
  type Workflow,
} from '../../../src/index.ts';
import { Lives } from './lives.ts';

const untilStopped = (_scope: unknown, { signal }: HandlerContext): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

/** Reserves a room, and then never ends. Cancelling the reservation takes a second. */
function booking(lives: Lives, done: string[]): Workflow<unknown, unknown> {
  return defineWorkflow('booking')
    .step('room', {
      run: () => {
        done.push('room');
      },
      undo: async () => {
        await new Promise<void>((resolve) => void lives.clock.schedule(resolve, 1_000));
        done.push('room undone');
      },
    })
    .step('wait', { after: ['room'], run: untilStopped }) as never;
}

describe('a nested run that is stopped while its parent goes on', () => {
  it('is undone before another attempt at its step begins', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const trip = defineWorkflow('trip').step('book', {
      run: booking(lives, done),
      input: () => undefined,
      policy: { attempts: 2, timeout: 100, backoff: { initial: 10 } },
    });
    const life = lives.begin({ workflows: { definitions: [trip] } });
    life.coordinator.start(trip, undefined, { id: 'r1' });
    await lives.clock.advance(5_000);
    expect(done).toEqual(['room', 'room undone', 'room', 'room undone']);
  });

  it('is undone before its parent is, when the time of the last attempt was up', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const trip = defineWorkflow('trip')
      .step('pay', { run: () => 'paid', undo: () => void done.push('pay undone') })
      .step('book', {
        after: ['pay'],
        run: booking(lives, done),
        input: () => undefined,
        policy: { timeout: 100 },
      });
    const life = lives.begin({ workflows: { definitions: [trip] } });
    life.coordinator.start(trip, undefined, { id: 'r1' });
    await lives.clock.advance(5_000);
    expect(done).toEqual(['room', 'room undone', 'pay undone']);
  });

  it('is undone when the process ends after its parent', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const trip = defineWorkflow('trip').race('first', {
      members: {
        book: { run: booking(lives, done), input: () => undefined },
        call: { run: () => new Promise((resolve) => void lives.clock.schedule(() => resolve('yes'), 100)) },
      },
    });
    const first = lives.begin({ workflows: { definitions: [trip] } });
    first.coordinator.start(trip, undefined, { id: 'r1' });
    await lives.clock.advance(500);
    first.kill();
    await lives.clock.advance('1m');
    done.length = 0;
    const second = lives.begin({ workflows: { definitions: [trip] } });
    await second.coordinator.resume();
    await lives.clock.advance(5_000);
    expect(done).toEqual(['room undone']);
  });

  it('is undone when its parent is cancelled the moment it is resumed', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const trip = defineWorkflow('trip')
      .step('pay', { run: () => 'paid', undo: () => void done.push('pay undone') })
      .step('book', { after: ['pay'], run: booking(lives, done), input: () => undefined });
    const first = lives.begin({ workflows: { definitions: [trip] } });
    first.coordinator.start(trip, undefined, { id: 'r1' });
    await lives.clock.advance(500);
    first.kill();
    await lives.clock.advance('1m');
    const second = lives.begin({ workflows: { definitions: [trip] } });
    const { resumed } = await second.coordinator.resume();
    resumed[0]!.cancel();
    await lives.clock.advance(5_000);
    expect(done).toEqual(['room', 'room undone', 'pay undone']);
  });
});

describe('a step whose first attempt may have done something', () => {
  const pay = (done: string[]) =>
    defineWorkflow('shop').step('pay', {
      run: async (_scope: unknown, { attempt }: HandlerContext) => {
        done.push(`paid in attempt ${attempt}`);
        if (attempt === 1) await new Promise(() => {});
        throw new Error('the card is blocked');
      },
      policy: { attempts: 2, timeout: '1m', backoff: { initial: 10 } },
      undo: () => void done.push('paid back'),
    });

  it('is undone when its time was up, and the second attempt fails', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const shop = pay(done);
    const life = lives.begin({ workflows: { definitions: [shop] } });
    life.coordinator.start(shop, undefined, { id: 'r1' });
    await lives.clock.advance('5m');
    expect(done).toEqual(['paid in attempt 1', 'paid in attempt 2', 'paid back']);
  });

  it('is undone when its process ended, and the next attempt fails', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const shop = pay(done);
    const first = lives.begin({ workflows: { definitions: [shop] } });
    first.coordinator.start(shop, undefined, { id: 'r1' });
    await lives.clock.advance(10);
    first.kill();
    await lives.clock.advance('50s');
    const second = lives.begin({ workflows: { definitions: [shop] } });
    await second.coordinator.resume();
    await lives.clock.advance('5m');
    expect(done).toEqual(['paid in attempt 1', 'paid in attempt 2', 'paid in attempt 3', 'paid back']);
  });
});

describe('a step that has done nothing', () => {
  it('is not undone when it waits for a retry and the run is cancelled', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const shop = defineWorkflow('shop').step('pay', {
      run: () => {
        throw new Error('the card is blocked');
      },
      policy: { attempts: 2, backoff: { initial: '1m' } },
      undo: () => void done.push('paid back'),
    });
    const life = lives.begin({ workflows: { definitions: [shop] } });
    const run = life.coordinator.start(shop, undefined, { id: 'r1' });
    await lives.clock.advance(10);
    run.cancel();
    await lives.clock.advance('5m');
    expect(done).toEqual([]);
  });
});

describe('a run whose undoing was cut off by the end of its process', () => {
  it('ends with the error that it failed with', async () => {
    const lives = new Lives();
    const shop = defineWorkflow('shop')
      .step('pay', { run: () => 'paid', undo: untilKilled })
      .step('send', {
        after: ['pay'],
        run: () => {
          throw new Error('no parcel');
        },
      });
    let killed = false;
    async function untilKilled(): Promise<void> {
      if (!killed) await new Promise(() => {});
    }
    const first = lives.begin({ workflows: { definitions: [shop] } });
    first.coordinator.start(shop, undefined, { id: 'r1' });
    await lives.clock.advance(10);
    first.kill();
    killed = true;
    await lives.clock.advance('1m');
    const second = lives.begin({ workflows: { definitions: [shop] } });
    await second.coordinator.resume();
    await lives.clock.advance(10);
    const { entries } = await lives.store.journal.read('run/r1');
    const errorOf = (type: string): unknown =>
      entries.map((entry) => JSON.parse(entry)).find((entry) => entry.type === type).error;
    expect(errorOf('run.failed')).toMatchObject({ code: 'RUN_FAILED' });
    expect(errorOf('run.failed')).toEqual(errorOf('run.undo-started'));
  });
});

describe('a nested run whose undoing cannot be stored', () => {
  it('holds up the undoing of its parent, which goes on later with it', async () => {
    const lives = new Lives();
    const done: string[] = [];
    const trip = defineWorkflow('trip')
      .step('pay', { run: () => 'paid', undo: () => void done.push('pay undone') })
      .step('book', { after: ['pay'], run: booking(lives, done), input: () => undefined });
    const { durability, journal, records } = lives.store;
    let full = false;
    const fills: Journal = {
      append: async (stream, ...rest) => {
        if (full && stream.startsWith('part/')) throw new StoreError('full', 'no space is left');
        return journal.append(stream, ...rest);
      },
      read: (...values) => journal.read(...values),
      truncate: (...values) => journal.truncate(...values),
      delete: (...values) => journal.delete(...values),
      list: (...values) => journal.list(...values),
    };
    const store: Store = { durability, journal: fills, records, close: () => lives.store.close() };
    const options = { clock: lives.clock, workflows: { definitions: [trip] } };
    const first = new Coordinator({ ...options, store });
    const run = first.start(trip, undefined, { id: 'r1' });
    await lives.clock.advance(500);
    run.cancel();
    await lives.clock.advance(500);
    full = true;
    await lives.clock.advance('10s');
    expect(done).toEqual(['room', 'room undone']);
    await expect(run.result).rejects.toMatchObject({ code: 'SUSPENDED' });

    full = false;
    await lives.clock.advance('1m');
    const second = new Coordinator({ ...options, store });
    await second.resume();
    await lives.clock.advance('10s');
    expect(done).toEqual(['room', 'room undone', 'room undone', 'pay undone']);
  });
});
