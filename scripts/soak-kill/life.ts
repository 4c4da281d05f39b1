import process from 'node:process';
import { createInterface } from 'node:readline';
import { type Clock, Coordinator, type Run, systemClock } from '../../src/index.ts';
import { sqliteStore } from '../../src/integrations/sqlite/index.ts';
import { Ledger } from './ledger.ts';
import { liar, type Plant, planted } from './plants.ts';
import { GO, makeShapes } from './shapes.ts';

/** What the parent tells a process that is to begin its life. */
export interface Birth {
  readonly file: string;
  readonly ledger: string;
  /** The number of this life, from 1 on. */
  readonly life: number;
  /** Runs that are kept under way; 0 in the last life, which ends what there is. */
  readonly inFlight: number;
  /** How far the wall clock of this life is ahead, in milliseconds. */
  readonly aheadMs: number;
  readonly plant: Plant | undefined;
}

/** How far a life has come; said on its standard output, a line each. */
export type Stage = 'opening' | 'resuming' | 'working' | 'done';

/** Between two looks at runs whose owner, though killed, counts as alive until its lease is up. */
const LOOK_AGAIN_MS = 100;
/** Far more than there will be: what has ended must still be there at the end. */
const EVERYTHING = { runs: 10_000_000, steps: 100_000_000 };

const say = (stage: Stage): boolean => process.stdout.write(`${stage}\n`);

/** One life: opens the store, takes up what there is, and keeps runs under way until it is killed. */
async function live({ file, ledger: path, life, inFlight, aheadMs, plant }: Birth): Promise<void> {
  const ledger = new Ledger(path);
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  say('opening');
  const durable = sqliteStore({ file, durability: 'process', clock });
  await durable.open();
  say('resuming');

  const { workflows, agents } = makeShapes(ledger, liar(plant));
  const coordinator = new Coordinator({
    store: planted(durable, plant),
    clock,
    agents,
    workflows: { definitions: workflows, retention: EVERYTHING, lease: '1s' },
  });
  const underWay = new Set<Run>();
  const ended = Promise.withResolvers<void>();
  let started = 0;
  let left = 1;

  const lost = (run: string, error: unknown): void =>
    ledger.note({ what: 'lost', run, why: String((error as Error | undefined)?.message ?? error) });

  const follow = (run: Run): void => {
    underWay.add(run);
    if (run.workflow === 'signal') {
      // It may have had one in an earlier life; what is not taken is of no use to anybody.
      run.accepted
        .then(() => run.sendSignal(GO, inputOf(run.id)))
        .then(
          () => ledger.note({ what: 'sent', run: run.id }),
          () => {},
        );
    }
    const settled = (ok: boolean, output: unknown): void => {
      const code = (output as { readonly code?: string } | undefined)?.code;
      if (!ok && code !== 'RUN_FAILED' && code !== 'RECORDED') lost(run.id, output);
      else ledger.note({ what: 'result', run: run.id, ok, ...(ok ? { output } : {}) });
      underWay.delete(run);
      fill();
      if (underWay.size === 0 && left === 0) ended.resolve();
    };
    run.result.then(
      (output) => settled(true, output),
      (error) => settled(false, error),
    );
  };

  const fill = (): void => {
    while (underWay.size < inFlight) {
      const workflow = workflows[(started + life) % workflows.length]!;
      const input = started++ % 1_000;
      const run = coordinator.start(workflow, input, { id: `${workflow.name}-${life}-${started}-${input}` });
      run.accepted.then(
        () => ledger.note({ what: 'accepted', run: run.id, workflow: workflow.name, input }),
        (error) => lost(run.id, error),
      );
      follow(run);
    }
  };

  for (let looks = 0; left > 0; looks++) {
    if (looks > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    const report = await coordinator.resume();
    for (const run of report.resumed) {
      ledger.note({ what: 'took', run: run.id });
      follow(run);
    }
    const others = report.left.filter(({ reason }) => reason !== 'owned');
    for (const { runId, reason, error } of others) lost(runId, `${reason} ${String(error)}`);
    left = report.left.length - others.length;
    if (looks === 0) say('working');
    fill();
  }
  if (inFlight > 0) return;
  if (underWay.size > 0) await ended.promise;
  await coordinator.close();
  await durable.close();
  say('done');
}

/** The last part of an id is the input. */
function inputOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('-') + 1));
}

const commands = createInterface({ input: process.stdin });
// Without its parent nobody would end it.
commands.once('close', () => process.exit(2));
commands.once('line', (line) => {
  live(JSON.parse(line) as Birth).then(
    () => {
      commands.removeAllListeners('close');
      process.stdin.destroy();
    },
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
