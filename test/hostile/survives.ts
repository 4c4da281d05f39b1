import assert from 'node:assert/strict';
import { defineAgent, defineWorkflow } from '../../src/index.ts';
import { type Case, idOf } from './case.ts';
import { World } from './world.ts';

/** What a case may take of the processor: the machine may have other things to do meanwhile. */
const LIMIT_MS = 1_000;
/** What has not ended by then hangs. */
const HANGS_MS = 15_000;

/** What the process reports while a case runs, and nobody else may hear of meanwhile. */
export class ProcessWatch {
  readonly #events = ['unhandledRejection', 'uncaughtException', 'warning'] as const;
  readonly #others = new Map<string, ((...args: unknown[]) => void)[]>();
  readonly #own = new Map<string, (reported: unknown) => void>();
  #heard: string[] = [];

  start(): void {
    for (const event of this.#events) {
      this.#others.set(event, process.listeners(event as never) as never);
      process.removeAllListeners(event);
      const listener = (reported: unknown): void => {
        this.#heard.push(`${event}: ${describe(reported)}`);
      };
      this.#own.set(event, listener);
      process.on(event, listener);
    }
  }

  /** What was heard since the last time. */
  take(): string[] {
    const heard = this.#heard;
    this.#heard = [];
    return heard;
  }

  stop(): void {
    for (const event of this.#events) {
      process.off(event, this.#own.get(event) as never);
      for (const listener of this.#others.get(event) ?? []) process.on(event, listener as never);
    }
  }
}

/** What went wrong with a case; undefined when it kept the contract. */
export async function survives(test: Case, watch: ProcessWatch): Promise<string | undefined> {
  const faults: string[] = [];
  const prototypeKeys = Reflect.ownKeys(Object.prototype).length;
  let world: World | undefined;
  try {
    world = new World(test.options);
    world.sendBystanders();
    await world.clock.settle();
    await within(async () => test.run(world as World), 'the case');
    if (!world.closed) {
      world.sendBystanders();
      await world.clock.settle();
      world.checkBystanders();
      await within(() => isHealthy(world as World), 'the health probe');
    }
    world.checkAtRest();
  } catch (error) {
    faults.push(describe(error));
    // What it left behind must not be heard of by the cases that follow.
    world?.house.close().catch(() => {});
    await world?.clock.advance('1h');
  }
  // Rejections are reported after the microtasks of a turn, warnings in the turn after that.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  faults.push(...watch.take());
  if (({} as { polluted?: unknown }).polluted !== undefined) faults.push('every object is polluted');
  if (Reflect.ownKeys(Object.prototype).length !== prototypeKeys) faults.push('Object.prototype has changed');
  return faults.length === 0 ? undefined : `${idOf(test)}: ${faults.join('; ')}`;
}

/** It still does everything, and then closes. */
async function isHealthy({ house, clock }: World): Promise<void> {
  const prober = defineAgent('health-prober', { capabilities: ['health'], handle: (n: number) => n + 1 });
  house.agents.register(prober);
  const end = house.messages.respond('health.desk', (n: number) => n * 2);
  const chain = defineWorkflow<number>('health')
    .step('first', { run: prober, input: ({ input }) => input })
    .step('second', { run: ({ first }) => first * 10, after: ['first'] })
    .step('third', { run: prober, after: ['second'], input: ({ second }) => second })
    .output(({ third }) => third);
  const answers = [
    await house.ask('health-prober', 1),
    await house.messages.request('health.desk', 4),
    await house.run(chain, 2),
  ];
  end();
  await house.agents.unregister('health-prober');
  assert.deepEqual(answers, [2, 8, 31], 'answers of the health probe');
  const closing = house.close();
  await clock.settle();
  if (house.stats().handlers > 0) await clock.advance('1h');
  await closing;
}

/** `work` ends, and does not take long. */
async function within(work: () => Promise<unknown>, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const before = process.cpuUsage();
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), HANGS_MS);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
  const tookMs = process.cpuUsage(before).user / 1_000;
  assert.ok(tookMs <= LIMIT_MS, `${what} took ${Math.round(tookMs)} ms of the processor`);
}

function describe(error: unknown): string {
  try {
    return error instanceof Error
      ? `${error.name}: ${error.message.split('\n', 12).join(' | ')}`
      : `${typeof error}`;
  } catch {
    return 'something unreadable';
  }
}
