// A million mixed operations with one signal of the caller's that is alive throughout: what is held must not grow, the
// event loop must come round, nothing may listen to the signal at the end, and the process must end by itself.
// Run: npm run soak. Faults can be planted with --plant, to see that they are found.

import { getEventListeners } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Chance } from './harness/chance.ts';
import { Complaints } from './harness/complaints.ts';
import { bytesPerOperation, type HeapSample, heldBytes } from './harness/heap.ts';
import { readOptions, type SoakOptions, usage } from './harness/options.ts';
import { inLanes, until } from './harness/time.ts';
import { Verdict } from './harness/verdict.ts';
import { LoopDelay } from './mixed/loop-delay.ts';
import { operations, weights } from './mixed/operations.ts';
import { CLOSING, watchOver } from './mixed/parent.ts';
import { makeWorld, oneLife, type World } from './mixed/world.ts';

const plants = ['keeps-outputs', 'leaves-listeners', 'holds-open', 'blocks-loop', 'wrong-output'] as const;
type Plant = (typeof plants)[number];

const LANES = 32;
const SEGMENTS = 60;
/** Coordinators that come and go before what is held is measured, and after it; fewer in short runs. */
const MOST_FIRST_LIVES = 1_000;
const MOST_LIVES = 1_000;
/** What V8 itself may take meanwhile, such as for code that it compiles late; it does not count in long runs. */
const NOISE_BYTES = 256 * 1_024;

/** Ends each operation; may do what is planted. */
class Planter {
  readonly #plant: Plant | undefined;
  readonly #signal: AbortSignal;
  readonly #kept: unknown[] = [];

  constructor(plant: Plant | undefined, signal: AbortSignal) {
    this.#plant = plant;
    this.#signal = signal;
  }

  afterOperation(number: number): void {
    switch (this.#plant) {
      case 'keeps-outputs':
        this.#kept.push({ number, output: [number] });
        break;
      case 'leaves-listeners':
        if (number % 10 === 0) this.#signal.addEventListener('abort', () => this.#kept.push(number));
        break;
      case 'blocks-loop':
        if (number % 200 === 0) for (const until = performance.now() + 150; performance.now() < until; );
        break;
      case 'wrong-output':
        if (number === 500) throw new Error('planted');
        break;
      case 'holds-open':
        if (number === 0) setInterval(() => this.#kept.length, 1_000);
        break;
    }
  }
}

/** What was found wrong with the operations. */
interface Faults {
  count: number;
  first: string | undefined;
}

async function soak(
  verdict: Verdict,
  world: World,
  { count, seed, plant, loopMs }: SoakOptions<Plant>,
): Promise<void> {
  const { coordinator, signal } = world;
  const chance = new Chance(seed);
  const planter = new Planter(plant, signal);
  const faults: Faults = { count: 0, first: undefined };
  const delay = new LoopDelay();
  const samples: HeapSample[] = [];
  let [settled, restless, mostListeners] = [0, 0, 0];
  const one = async (number: number, lane: number): Promise<void> => {
    const operation = chance.weighted(weights);
    try {
      await operations[operation](world, number, lane);
      settled++;
      planter.afterOperation(number);
    } catch (error) {
      faults.count++;
      faults.first ??= `${operation}: ${String(error)}`;
    }
  };
  const startedAt = performance.now();
  for (let segment = 0; segment < SEGMENTS; segment++) {
    const from = Math.floor((count * segment) / SEGMENTS);
    const size = Math.floor((count * (segment + 1)) / SEGMENTS) - from;
    await delay.during(() => inLanes(size, LANES, (number, lane) => one(from + number, lane)));
    if (!(await until(() => isAtRest(world), 1_000))) restless++;
    mostListeners = Math.max(mostListeners, getEventListeners(signal, 'abort').length);
    samples.push({ operations: from + size, bytes: await heldBytes(1) });
  }

  const half = samples.slice(SEGMENTS / 2);
  const slope = bytesPerOperation(half);
  const noise = count >= 1_000_000 ? 0 : NOISE_BYTES / (count / 2);
  const p99 = delay.percentileMs(99);
  verdict.figure('seconds', (performance.now() - startedAt) / 1_000);
  verdict.figure('heap samples', samples.length);
  verdict.figure('heap at the end, KiB', Math.round((samples.at(-1)?.bytes ?? 0) / 1_024));
  verdict.figure('loop delay: looks', delay.count);
  verdict.figure('loop delay: median, ms', delay.percentileMs(50));
  verdict.figure('loop delay: p99.9, ms', delay.percentileMs(99.9));
  verdict.figure('loop delay: longest, ms', delay.percentileMs(100));
  const { messages, tasks, workflows } = coordinator.stats();
  verdict.figure('tasks submitted', tasks.submitted);
  verdict.figure('attempts after the first', tasks.retried);
  verdict.figure('tasks cancelled', tasks.cancelled);
  verdict.figure('requests', messages.requested);
  verdict.figure('requests timed out', messages.timedOut);
  verdict.figure('runs', workflows.started);

  verdict.promise('every operation ended as it must', faults.count === 0, faults.first ?? settled);
  verdict.equal('every operation ended', settled + faults.count, count);
  verdict.promise(
    `less than ${(16 + noise).toFixed(1)} bytes held more with each operation, over the second half`,
    slope < 16 + noise,
    slope.toFixed(2),
  );
  verdict.promise(
    `the loop comes round within ${loopMs} ms, 99 of 100 times`,
    p99 < loopMs,
    `${p99.toFixed(2)} ms`,
  );
  verdict.equal('at rest after every segment', restless, 0);
  verdict.equal('listeners on the signal of the caller at rest', mostListeners, 0);
  const tasksAll = tasks.completed + tasks.failed + tasks.cancelled;
  verdict.equal('tasks ended once each', tasksAll, tasks.submitted);
  const requestsAll = messages.replied + messages.failed + messages.timedOut + messages.cancelled;
  verdict.equal('requests ended once each', requestsAll, messages.requested);
  verdict.equal('runs completed', workflows.completed, workflows.started);
  verdict.equal('handlers abandoned', messages.abandoned + tasks.abandoned + workflows.abandoned, 0);
}

function isAtRest({ coordinator }: World): boolean {
  const { messages, tasks, workflows, deadlines, handlers } = coordinator.stats();
  const sizes = [messages.pending, messages.waiting, messages.active, messages.subscriptions, tasks.waiting];
  return [...sizes, tasks.active, workflows.active, deadlines, handlers].every((size) => size === 0);
}

/** Coordinators that come and go: the heap is flat, and Node knows of nothing that is left. */
async function lives(verdict: Verdict, count: number): Promise<void> {
  const first = Math.min(MOST_FIRST_LIVES, Math.ceil(count / 40));
  const measured = Math.min(MOST_LIVES, Math.ceil(count / 20));
  for (let n = 0; n < first; n++) await oneLife(n);
  const before = { bytes: await heldBytes(), resources: resources(), listeners: listeners() };
  for (let n = 0; n < measured; n++) await oneLife(n);
  const growth = (await heldBytes()) - before.bytes;
  verdict.figure('coordinators made and closed', first + measured);
  // One that is kept holds many times as much.
  const limit = Math.max(NOISE_BYTES, measured * 1_024);
  verdict.promise(
    `less than ${limit / 1_024} KiB held more after ${measured} more coordinators`,
    growth < limit,
    `${Math.round(growth / 1_024)} KiB`,
  );
  verdict.promise('no handle more than before', resources() === before.resources, resources());
  verdict.promise('no listener more on the process', listeners() === before.listeners, listeners());
}

function resources(): string {
  const own = process.getActiveResourcesInfo().filter((type) => !/^(TTY|Pipe|File)/.test(type));
  return own.sort().join(' ') || 'none';
}

function listeners(): string {
  return process
    .eventNames()
    .map((name) => `${String(name)} ${process.listenerCount(name)}`)
    .join(', ');
}

async function child(options: SoakOptions<Plant>): Promise<void> {
  const complaints = new Complaints();
  const verdict = new Verdict(`${options.count.toLocaleString('en')} mixed operations, seed ${options.seed}`);
  const controller = new AbortController();
  const world = makeWorld(controller.signal);
  await soak(verdict, world, options);
  await lives(verdict, options.count);
  verdict.promise('no unhandled rejection and no warning', complaints.count === 0, complaints.first ?? 0);
  complaints.end();
  verdict.print(options.json);
  console.log(CLOSING);
  await world.coordinator.close();
}

const args = process.argv.slice(2);
const options = readOptions(args, plants);
if (options === 'help') console.log(usage(plants));
else if (options.child) await child(options);
else await watchOver(fileURLToPath(import.meta.url), args);
