import process from 'node:process';
import { describe, expect, it } from 'vitest';
import type { HandlerContext, Run } from '../../src/index.ts';
import { expectAtRest } from '../../src/testing/index.ts';
import type { BookEntry } from './support/book.ts';
import { type Kit, killFlows } from './support/kill-flows.ts';
import { DEATHS, type Death, House, LEASE, type Life } from './support/mortal.ts';
import { ensure } from './support/prove.ts';

// W4. What was told is on record. The process of each workflow ends at each call of its store, before its effect and after
//     it, and another takes its run up: the outcome is that of a run without a crash.
// W1, W3. Nothing that is on record as completed begins again, and of each step at most one output is on record.
// W5. The run, and every run that is part of it, comes to an end.
// W7. Attempts are numbered without a gap, and a crash costs one attempt at most.

const RUN = 'r';

/** `CADRE_SEED` plays one death only: ten times the number of the call, and 0 to 2 for how. */
const ONLY = process.env['CADRE_SEED'];

for (const [name, make] of Object.entries(killFlows)) {
  describe(name, () => {
    it('comes to the same at whatever call of the store its process ends', { timeout: 120_000 }, async () => {
      const undisturbed = await play(make, undefined).catch((error: unknown) => {
        throw new Error(`seed 0: undisturbed: ${(error as Error).message}`);
      });
      expect(undisturbed.outcome).toBeDefined();
      for (let call = 1; call <= undisturbed.calls; call++) {
        for (const [place, how] of DEATHS.entries()) {
          const seed = 10 * call + place;
          if (ONLY !== undefined && seed !== Number(ONLY)) continue;
          try {
            const { outcome, failures } = await play(make, { call, how });
            ensure(outcome === undisturbed.outcome, () => `${outcome} instead of ${undisturbed.outcome}`);
            ensure(failures === undisturbed.failures, () => `${failures} instead of ${undisturbed.failures}`);
          } catch (error) {
            throw new Error(`seed ${seed}: ended ${how} call ${call}: ${(error as Error).message}`);
          }
        }
      }
    });
  });
}

/** How a run ended, and how many calls of the store there were. */
interface Played {
  readonly calls: number;
  /** The errors of steps that failed, by stream without what differs from life to life. */
  readonly failures: string;
  /** As text, so that it can be compared. */
  readonly outcome: string;
}

async function play(make: (typeof killFlows)[string], death: Death | undefined): Promise<Played> {
  const house = new House(death);
  const { book, clock } = house;
  let broken: unknown;
  const guard = (look: () => void): void => {
    try {
      look();
    } catch (error) {
      broken ??= error;
    }
  };
  const has = (runId: string, type: string, step: string | undefined): boolean => {
    for (const [stream, entries] of book.streams)
      if (stream.endsWith(`/${runId}`) && entries.some((entry) => entry.type === type && entry.step === step))
        return true;
    return false;
  };
  const begin = () => {
    const began = async ({ runId, idempotencyKey }: HandlerContext, kind: 'step' | 'undo'): Promise<void> => {
      if (life.gone) await new Promise(() => {});
      const step =
        idempotencyKey.split('>')[
          kind === 'undo' ? idempotencyKey.split('>').length - 2 : idempotencyKey.split('>').length - 1
        ]!;
      guard(() => {
        ensure(has(runId!, `${kind}.started`, step), () => `${kind} ${step} begins before that is on record`);
        ensure(
          !has(runId!, `${kind}.completed`, step),
          () => `${kind} ${step} begins and is on record as completed`,
        );
      });
    };
    const outputOf = (input: unknown, output: unknown): unknown =>
      output === undefined ? { of: input } : output;
    const kit: Kit = {
      step: (ms, output) => async (input: unknown, context) => {
        await began(context, 'step');
        await house.sleep(life, ms, context.signal);
        return outputOf(input, output);
      },
      failing: (failures, output) => async (input: unknown, context) => {
        await began(context, 'step');
        await house.sleep(life, 2, context.signal);
        if (failed(context.runId!, context.idempotencyKey) < failures) {
          throw new Error('no');
        }
        return outputOf(input, output);
      },
      failingRuns: (failures, output) => async (input: unknown, context) => {
        await began(context, 'step');
        await house.sleep(life, 2, context.signal);
        const ended = [...book.streams].filter(([stream]) => stream.startsWith('part/'));
        if (ended.filter(([, entries]) => entries.at(-1)!.type === 'run.failed').length < failures)
          throw new Error('no');
        return outputOf(input, output);
      },
      undo: (ms) => async (_output, context) => {
        await began(context, 'undo');
        await house.sleep(life, ms);
      },
    };
    /** Failed attempts that are on record. */
    const failed = (runId: string, key: string): number => {
      const step = key.split('>').at(-1);
      for (const [stream, entries] of book.streams)
        if (stream.endsWith(`/${runId}`))
          return entries.filter(
            (entry) =>
              (entry.type === 'step.retried' || entry.type === 'step.fell-back') && entry.step === step,
          ).length;
      return 0;
    };
    const { flow, agents, poke } = make(kit);
    const life: Life = house.begin({ workflows: { definitions: [flow] }, ...(agents && { agents }) });
    life.coordinator.events.onAny((event) => {
      const { type, runId, step } = event as {
        readonly type: string;
        readonly runId?: string;
        readonly step?: string;
      };
      if (runId === undefined || !/^(run|step|undo|gate|signal)\./.test(type)) return;
      if (type === 'step.progressed' || (type === 'run.suspended' && 'error' in event)) return;
      guard(() =>
        ensure(life.gone || has(runId, type, step), () => `${type} ${step} is told and not on record`),
      );
    });
    return { life, flow, poke };
  };
  const acknowledged = new Set<string>();
  const underWay = new Set<string>();
  let outcome: string | undefined;
  const follow = (run: Run, life: Life): void => {
    void run.accepted.then(
      () => {
        guard(() => ensure(life.gone || book.of(RUN).length > 0, () => 'accepted, and not on record'));
        // What it was begun with is on record, too, so that it can be said later what has changed.
        void book.store.records
          .list({ prefix: 'definition/' })
          .then((kept) =>
            guard(() =>
              ensure(life.gone || kept.length > 0, () => 'accepted, and its definition is not on record'),
            ),
          );
      },
      () => {},
    );
    const ended = (isOutput: boolean, code?: string): void => {
      if (code === 'SUSPENDED' && life.closed !== undefined) {
        guard(() =>
          ensure(book.of(RUN).at(-1)?.type === 'run.suspended', () => 'suspended, and not on record'),
        );
        return;
      }
      const end = book.endOf(RUN);
      guard(() => {
        ensure(end !== undefined, () => 'the result is there before its end is on record');
        ensure((end!.type === 'run.completed') === isOutput, () => `the result, and ${end!.type} on record`);
      });
      outcome = outcomeOf(end!);
    };
    run.result.then(
      () => ended(true),
      (error) => ended(false, error.code),
    );
  };
  let { life, flow, poke } = begin();
  let run = life.coordinator.start(flow, { n: 1 }, { id: RUN });
  follow(run, life);
  for (let round = 0; outcome === undefined; round++) {
    ensure(round < 400, () => `the run is ${run.status} and does not end`);
    await clock.advance(round < 8 ? 50 : '5s');
    if (broken !== undefined) throw broken;
    if (life.closed !== undefined) {
      await life.closed;
      life.gone = true;
    }
    if (life.gone) {
      underWay.clear();
      if (life.closed === undefined) await clock.advance(LEASE);
      ({ life, flow, poke } = begin());
      const { resumed, left } = await life.coordinator.resume();
      ensure(left.length === 0, () => `the run is left: ${left[0]!.reason} ${String(left[0]!.error)}`);
      const end = book.endOf(RUN);
      if (end !== undefined) outcome = outcomeOf(end);
      else {
        ensure(
          (resumed.length === 1) === book.of(RUN).length > 0,
          () => `${resumed.length} runs are resumed`,
        );
        run = resumed[0] ?? life.coordinator.start(flow, { n: 1 }, { id: RUN });
        follow(run, life);
      }
      continue;
    }
    if (outcome === undefined && life.closed === undefined)
      poke?.(run, (what, act) => {
        if (acknowledged.has(what) || underWay.has(what)) return;
        underWay.add(what);
        act().then(
          () => {
            acknowledged.add(what);
          },
          () => underWay.delete(what),
        );
      });
  }
  await clock.advance(LEASE);
  if (broken !== undefined) throw broken;
  for (const [stream, entries] of book.streams) look(stream, entries);
  if (!life.gone) expectAtRest(life.coordinator);
  return { calls: house.calls, outcome: outcome!, failures: failuresOf([...book.streams.values()].flat()) };
}

/** What steps failed with, in their order. */
function failuresOf(entries: readonly BookEntry[]): string {
  return entries
    .filter(({ type }) => type === 'step.failed')
    .map(({ step, error }) => `${step} ${(error as { readonly code?: string }).code}`)
    .join(', ');
}

/** What is on record of an end, without what differs from life to life. */
function outcomeOf({ type, output, error }: BookEntry): string {
  const { code, message } = (error ?? {}) as { readonly code?: string; readonly message?: string };
  if (type === 'run.completed') return JSON.stringify(output);
  return `${type}: ${code} ${message?.replace(/run-\w+-\d+/g, 'a run')}`;
}

function look(stream: string, entries: readonly BookEntry[]): void {
  const ends = entries.filter(({ type }) => /^run\.(completed|failed|cancelled)$/.test(type));
  ensure(
    ends.length === 1 && ends[0] === entries.at(-1),
    () => `${stream} ends with ${entries.at(-1)?.type}, of ${ends.length} ends`,
  );
  const attempts = new Map<string, number>();
  const done = new Set<string>();
  for (const { type, step, attempt } of entries) {
    if (type === 'step.completed' || type === 'step.failed' || type === 'step.skipped') {
      ensure(!done.has(step!), () => `${stream}: ${step} has ended twice`);
      done.add(step!);
    }
    if (type !== 'step.started') continue;
    ensure(!done.has(step!), () => `${stream}: ${step} has begun again`);
    const number = (attempt as number | undefined) ?? 1;
    ensure(
      number === (attempts.get(step!) ?? 0) + 1,
      () => `${stream}: attempt ${number} at ${step} follows ${attempts.get(step!)}`,
    );
    attempts.set(step!, number);
  }
}
