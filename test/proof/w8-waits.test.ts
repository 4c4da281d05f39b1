import {
  defineWorkflow,
  type HandlerContext,
  memoryStore,
  type Run,
  type StepData,
  signal,
  sleep,
} from '../../src/index.ts';
import type { SimulatedNode, Simulation } from '../../src/testing/index.ts';
import { Book, type BookEntry } from './support/book.ts';
import { ENDED, Owners, streamOf } from './support/owners.ts';
import { type Count, chance, ensure, notice, pick, prove, whole } from './support/prove.ts';

// W8. A signal that was acknowledged is on record once; it is taken by one step, which completes with it, or it waits still.
//     The steps that wait longest get theirs first. One that was refused is not on record.
//     A timer does not ring before its time, nor much later than it can, whoever owns the run by then.
//     A run that is part of another: its recorded steps do not begin again; its step completes with its output when its end is on
//     record; nothing of it begins after the end of the outermost run.

const NAMES = ['go', 'stop'];

/** Later than this a timer does not ring when its owner is up: the store may be slow, and fail a few times. */
const LATE_MS = 45_000;

interface StepPlan {
  readonly id: string;
  readonly after: readonly string[];
  readonly kind: 'code' | 'signal' | 'timer' | 'nested';
  readonly name: string;
  readonly ms: number;
  /** Until when it waits for its signal; undefined for ever. */
  readonly timeout: number | undefined;
}

interface Letter {
  readonly runId: string;
  readonly value: string;
  state: 'pending' | 'acknowledged' | 'refused' | 'unknown';
  code: string | undefined;
}

prove(
  'gives each signal to one step and rings each timer once, also in nested runs, over crashes and second owners',
  {
    faults: {
      handlerError: 0.03,
      handlerSlow: 0.05,
      storeError: 0.05,
      storeSlow: 0.05,
      crash: 0.015,
      secondOwner: 0.02,
      freeze: 0.02,
    },
    latency: 5,
    atLeast: {
      acknowledged: 3_000,
      taken: 2_000,
      'taken in a nested run': 300,
      'waits still': 300,
      rang: 800,
      'rang under another owner': 100,
      'timed out': 50,
      'nested completed': 400,
      'nested cancelled': 50,
      completed: 1_000,
      cancelled: 200,
      superseded: 5,
    },
  },
  async (sim, count) => {
    const book = new Book(memoryStore({ clock: sim.clock }));
    const plans = plansOf(sim, 's', whole(sim, 2, 5), true);
    const inner = plansOf(sim, 't', whole(sim, 1, 3), false);
    const letters: Letter[] = [];
    const cancelled = new Set<string>();
    const owners = new Owners(sim, book, count, (node, owner) =>
      flowOf('flow', plans, inner, sim, node, book, owner),
    );
    const checked = new Map<string, number>();
    sim.check('what is on record of waits holds together', () => {
      for (const [stream, entries] of book.streams) {
        if (checked.get(stream) === entries.length) continue;
        checked.set(stream, entries.length);
        if (stream.startsWith('run/')) lookAtSignals(stream, entries, book);
        lookAtTimers(stream, entries, sim);
        lookAtSteps(stream, entries, book);
      }
    });
    const send = (run: Run): void => {
      const letter: Letter = {
        runId: run.id,
        value: `v${letters.length}`,
        state: 'pending',
        code: undefined,
      };
      letters.push(letter);
      run.sendSignal(pick(sim, NAMES), letter.value).then(
        () => {
          letter.state = 'acknowledged';
          count('acknowledged');
          notice(sim, () =>
            ensure(
              receivedTimes(book, letter) === 1,
              () => `${letter.value} is acknowledged and not on record`,
            ),
          );
        },
        (error) => {
          letter.code = error.code;
          letter.state = error.code === 'SUSPENDED' || error.code === 'SUPERSEDED' ? 'unknown' : 'refused';
          notice(sim, () =>
            ensure(
              ['SUSPENDED', 'SUPERSEDED', 'RUN_NOT_ACTIVE', 'FULL'].includes(error.code),
              () => `a signal rejects with ${String(error)}`,
            ),
          );
        },
      );
    };
    owners.begin((run) => {
      if (cancelled.has(run.id)) run.cancel('enough');
    });
    const ids = ['r0', 'r1', 'r2'];
    for (const id of ids) {
      owners.start(id);
      await sim.advance(whole(sim, 0, 300));
    }
    for (let left = whole(sim, 6, 14); left > 0; left--) {
      for (let burst = whole(sim, 0, 3); burst > 0; burst--) {
        const run = pick(sim, owners.runs.get(pick(sim, ids)) ?? [undefined]);
        if (run !== undefined) send(run);
      }
      await sim.advance(pick(sim, [0, 3, 50, 500, 2_000]));
      if (chance(sim, 0.3)) owners.resume();
      if (chance(sim, 0.04)) {
        const id = pick(sim, ids);
        cancelled.add(id);
        for (const run of owners.runs.get(id) ?? []) run.cancel('enough');
      }
    }
    await owners.end(ids, () => {
      for (const run of [...owners.runs.values()].flat())
        if (run.status === 'running') for (let i = 0; i < 4; i++) send(run);
    });
    await sim.advance('1m');
    for (const letter of letters) {
      const times = receivedTimes(book, letter);
      if (letter.state === 'acknowledged')
        ensure(times === 1, () => `${letter.value} is ${times} times on record`);
      if (letter.state === 'refused')
        ensure(times === 0, () => `${letter.value} was refused (${letter.code}) and is on record`);
    }
    for (const id of ids) countWaits(id, book, count);
    for (const [stream, entries] of book.streams) {
      const root = /^part\/\d+\/([^/]+)\//.exec(stream)?.[1];
      if (root === undefined || book.endOf(root)!.type !== 'run.completed') continue;
      ensure(ENDED.test(entries.at(-1)!.type), () => `${stream} never ends: ${entries.at(-1)!.type}`);
    }
  },
);

function plansOf(sim: Simulation, letter: string, size: number, outer: boolean): readonly StepPlan[] {
  return Array.from({ length: size }, (_, index) => ({
    id: `${letter}${index}`,
    after: Array.from({ length: index }, (_, before) => `${letter}${before}`).filter(() => chance(sim, 0.3)),
    kind: pick(sim, ['code', 'signal', 'signal', 'timer', outer ? 'nested' : 'signal'] as const),
    name: pick(sim, NAMES),
    ms: whole(sim, 1, 8_000),
    timeout: chance(sim, 0.2) ? whole(sim, 100, 4_000) : undefined,
  }));
}

function flowOf(
  name: string,
  plans: readonly StepPlan[],
  inner: readonly StepPlan[],
  sim: Simulation,
  node: SimulatedNode,
  book: Book,
  owner: () => string,
) {
  const policy = { attempts: 3, restarts: 50, timeout: '1m', backoff: { initial: 20 } } as const;
  const body = node.step('body', async (id: string, _context: HandlerContext) => {
    await new Promise<void>((resolve) => void node.clock.schedule(resolve, whole(sim, 0, 200)));
    return id;
  });
  const code = (id: string) => async (_scope: unknown, context: HandlerContext) => {
    notice(sim, () => {
      const entries = streamOf(book, context.runId!);
      const last = entries.findLast((entry) => entry['owner'] !== undefined)?.['owner'];
      const isDone = entries.some(({ type, step }) => type === 'step.completed' && step === id);
      if (last !== owner()) return;
      ensure(!isDone, () => `${context.runId}: its owner begins ${id} again`);
      const root = context.idempotencyKey.split('>')[0]!;
      ensure(book.endOf(root) === undefined, () => `${context.runId}: ${id} begins after the end of ${root}`);
    });
    return body(id as never, context);
  };
  const stepOf = ({ id, after, kind, name: word, ms, timeout }: StepPlan): StepData => {
    const step = { id, after };
    if (kind === 'code') return { ...step, run: code(id) as never, policy };
    if (kind === 'timer') return { ...step, run: sleep(ms) };
    if (kind === 'nested')
      return {
        ...step,
        run: flowOf('nested', inner, [], sim, node, book, owner) as never,
        input: () => undefined,
      };
    return {
      ...step,
      run: signal(word),
      ...(timeout === undefined ? {} : { policy: { timeout }, onFailure: { value: 'timed out' } }),
    };
  };
  return defineWorkflow(name, { steps: plans.map(stepOf) });
}

function receivedTimes(book: Book, { runId, value }: Letter): number {
  return book.of(runId).filter(({ type, output }) => type === 'signal.received' && output === value).length;
}

/** Each signal has a number of its own, is taken once, and what took it completes with it and nothing else. */
function lookAtSignals(stream: string, entries: readonly BookEntry[], book: Book): void {
  const root = stream.slice('run/'.length);
  const received: BookEntry[] = [];
  const takers = new Map<string, number>();
  const taken = new Set<number>();
  for (const entry of entries) {
    if (entry.type === 'signal.received') {
      received.push(entry);
      ensure(
        entry['number'] === received.length,
        () => `${stream}: signal number ${String(entry['number'])} follows ${received.length - 1}`,
      );
    }
    if (entry.type === 'signal.returned') {
      const number = entry['number'] as number;
      ensure(taken.delete(number), () => `${stream}: signal ${number} is given back and was not taken`);
      for (const [by, own] of takers) if (own === number) takers.delete(by);
    }
    if (entry.type !== 'signal.taken') continue;
    const number = entry['number'] as number;
    const by = entry['by'] as string;
    ensure(number <= received.length, () => `${stream}: signal ${number} is taken and was not received`);
    ensure(!taken.has(number), () => `${stream}: signal ${number} is taken twice`);
    ensure(!takers.has(by), () => `${stream}: ${by} takes two signals`);
    const { signal: name } = received[number - 1]!;
    const earlier = received.findIndex((letter, place) => letter['signal'] === name && !taken.has(place + 1));
    ensure(earlier === number - 1, () => `${stream}: signal ${number} is taken before signal ${earlier + 1}`);
    taken.add(number);
    takers.set(by, number);
  }
  for (const [by, number] of takers) {
    const [runId, step] = by.split('>') as [string, string];
    const end = streamOf(book, runId).find(
      (entry) => entry.step === step && /^step\.(completed|failed)$/.test(entry.type),
    );
    const { output } = received[number - 1]!;
    if (end !== undefined)
      ensure(
        end.output === output,
        () => `${stream}: ${by} took ${String(output)} and ends as ${end.type} ${String(end.output)}`,
      );
    const root0 = book.endOf(root);
    if (root0?.type === 'run.completed')
      ensure(end !== undefined, () => `${stream}: ${by} took ${String(output)} and never completed`);
  }
}

/** No timer rings too early; and too late only when there was nobody to hear it. */
function lookAtTimers(stream: string, entries: readonly BookEntry[], sim: Simulation): void {
  const last = entries.at(-1)!;
  if (
    last.type !== 'step.completed' ||
    (last.output !== undefined && JSON.stringify(last.output) !== '{"$":"undefined"}')
  )
    return;
  const started = entries.find(({ type, step }) => type === 'step.started' && step === last.step)!;
  const until = started['until'] as number | undefined;
  if (until === undefined) return;
  ensure(
    sim.clock.now() + 1 > until && (last['at'] as number) >= until,
    () => `${stream}: the timer ${last.step} rings at ${String(last['at'])}, and not at ${until}`,
  );
}

/** What is on record of steps: nothing that is completed begins again, and a nested run gives its step what it came to. */
function lookAtSteps(stream: string, entries: readonly BookEntry[], book: Book): void {
  const done = new Set<string>();
  const parts = new Map<string, unknown>();
  for (const { type, step, child } of entries) {
    if (type === 'step.started') {
      ensure(!done.has(step!), () => `${stream}: ${step} begins again`);
      ensure(
        child === undefined || !parts.has(step!),
        () => `${stream}: ${step} is begun anew, and not gone on with`,
      );
      parts.set(step!, child);
    }
    if (type === 'step.completed') {
      ensure(!done.has(step!), () => `${stream}: ${step} is completed twice`);
      done.add(step!);
    }
  }
  const last = entries.at(-1)!;
  if (last.type !== 'step.completed') return;
  const child = entries.findLast(({ type, step }) => type === 'step.started' && step === last.step)?.[
    'child'
  ];
  if (child === undefined) return;
  const end = streamOf(book, child as string).at(-1)!;
  ensure(
    end.type === 'run.completed' && JSON.stringify(end.output) === JSON.stringify(last.output),
    () => `${stream}: ${last.step} completes with ${JSON.stringify(last.output)}, and its run is ${end.type}`,
  );
}

function countWaits(id: string, book: Book, count: Count): void {
  const entries = book.of(id);
  const end = entries.at(-1);
  if (end === undefined) return;
  count(end.type.slice(4));
  const takes = entries.filter(({ type }) => type === 'signal.taken');
  count('given back', entries.filter(({ type }) => type === 'signal.returned').length);
  count('taken', takes.length);
  count(
    'taken in a nested run',
    takes.filter((entry) => !(entry['by'] as string).startsWith(`${id}>`)).length,
  );
  count('waits still', entries.filter(({ type }) => type === 'signal.received').length - takes.length);
  for (const [stream, all] of book.streams) {
    if (stream !== `run/${id}` && !stream.startsWith(`part/2/${id}/`)) continue;
    if (stream.startsWith('part/')) count(`nested ${all.at(-1)!.type.slice(4)}`);
    for (const [place, { type, step, until }] of all.entries()) {
      if (type !== 'step.started' || until === undefined) continue;
      const rang = all.findIndex((entry) => entry.step === step && entry.type === 'step.completed');
      if (rang < 0) continue;
      if (all[rang]!.output === 'timed out') count('timed out');
      else if (typeof all[rang]!.output !== 'string') {
        count('rang');
        if (all.slice(place, rang).some((entry) => entry.type === 'run.resumed'))
          count('rang under another owner');
        const heard = all.slice(0, rang).findLast((entry) => entry['owner'] !== undefined)!['at'] as number;
        const late = (all[rang]!['at'] as number) - Math.max(until as number, heard);
        ensure(late <= LATE_MS, () => `${stream}: the timer ${step} rings ${late} ms late`);
      }
    }
  }
}
