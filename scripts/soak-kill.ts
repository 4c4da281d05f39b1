// Kills a process with `kill -9` at random moments while it carries out runs that are kept in a SQLite file, and checks
// after every kill what is on record against what was done. Run: npm run soak:kill. Bugs can be planted with --plant.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Verdict } from '../test/soak/harness/verdict.ts';
import { Checker } from './soak-kill/checker.ts';
import { LedgerReader } from './soak-kill/ledger.ts';
import type { Stage } from './soak-kill/life.ts';
import { bundleLife, type Death, Process } from './soak-kill/lives.ts';
import { type KillOptions, readOptions, usage } from './soak-kill/options.ts';
import { RecordReader } from './soak-kill/record.ts';

/** As much as a lease and a bit: with it the runs of the life before can be taken up at once. */
const LEASE_MS = 1_100;
/** In one of so many lives no time has passed since the last, and the lease must be waited for. */
const LEASE_HELD = 12;
/** Longest time of the last life, in which all that is open must come to its end. */
const LAST_LIFE_MS = 60_000;

/** From which stage on, and up to how many milliseconds after it, a life is killed; each as often as its weight says. */
const MOMENTS: readonly (readonly [stage: Stage, mostMs: number, weight: number])[] = [
  ['opening', 25, 20],
  ['resuming', 20, 20],
  ['working', 20, 10],
  ['working', 150, 30],
  ['working', 500, 20],
];

async function soak(
  verdict: Verdict,
  { kills, runs, plant }: KillOptions,
  folder: string,
): Promise<readonly string[]> {
  const script = await bundleLife(folder);
  const [file, ledger] = [join(folder, 'store.db'), join(folder, 'ledger.jsonl')];
  const [checker, lines, record] = [new Checker(), new LedgerReader(ledger), new RecordReader(file)];
  const stages = new Map<string, number>();
  // A bug that was planted has shown itself: there is nothing more to see.
  const isFound = (): boolean => plant !== undefined && checker.violationCount > 0;
  let aheadMs = 0;
  let next = new Process(script);
  const startedAt = performance.now();
  for (let life = 1; life <= kills && !isFound(); life++) {
    const process = next;
    next = new Process(script);
    const holds = life % LEASE_HELD === 0;
    if (!holds) aheadMs += LEASE_MS;
    const [stage, mostMs] = moment();
    const come = process.reached(stage);
    process.begin({ file, ledger, life, inFlight: runs, aheadMs, plant });
    await come;
    // With the lease still held, the moment may be one before or after its end.
    const waitMs = Math.random() * (holds ? LEASE_MS + mostMs : mostMs);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    process.kill();
    const death = await process.death;
    if (death.stage !== undefined) stages.set(death.stage, (stages.get(death.stage) ?? 0) + 1);
    if (death.signal !== 'SIGKILL') checker.complain(`ended by itself: ${words(death)}`);
    checker.lifeEnded(lines.next(), record.look());
  }
  const killedFor = performance.now() - startedAt;
  if (isFound()) {
    next.kill();
    await next.death;
  } else {
    next.begin({ file, ledger, life: kills + 1, inFlight: 0, aheadMs: aheadMs + LEASE_MS, plant });
    const limit = setTimeout(() => next.kill(), LAST_LIFE_MS);
    const death = await next.death;
    clearTimeout(limit);
    if (death.stage !== 'done' || death.code !== 0) checker.complain(`the last life: ${words(death)}`);
    checker.lifeEnded(lines.next(), record.look());
    checker.allEnded();
  }

  report(verdict, checker, { kills, stages, seconds: killedFor / 1_000 });
  verdict.figure('bytes of the store', statSync(file, { throwIfNoEntry: false })?.size ?? 0);
  return checker.violations;
}

function moment(): readonly [stage: Stage, mostMs: number] {
  let left = Math.random() * MOMENTS.reduce((sum, [, , weight]) => sum + weight, 0);
  for (const [stage, mostMs, weight] of MOMENTS) {
    left -= weight;
    if (left < 0) return [stage, mostMs];
  }
  return ['working', 0];
}

function words({ stage, code, signal, stderr }: Death): string {
  return `${stage ?? 'starting'}, exit code ${code}, signal ${signal} ${stderr.trim()}`;
}

function report(
  verdict: Verdict,
  checker: Checker,
  {
    kills,
    stages,
    seconds,
  }: { readonly kills: number; readonly stages: ReadonlyMap<string, number>; readonly seconds: number },
): void {
  const { entries, accepted, took, begun, begunAgain, signals } = checker.seen;
  const all = [...checker.runs.values()];
  const own = all.filter(({ parent }) => parent === undefined);
  const steps = all.flatMap((run) => [...run.steps]);
  verdict.figure('kills', kills);
  for (const stage of ['opening', 'resuming', 'working'])
    verdict.figure(`killed while ${stage}`, stages.get(stage) ?? 0);
  verdict.figure('seconds with kills', Math.round(seconds));
  verdict.figure('runs', own.length);
  verdict.figure('runs that are part of others', all.length - own.length);
  verdict.figure('runs accepted, as far as was heard', accepted);
  verdict.figure('runs completed', own.filter(({ end }) => end?.type === 'run.completed').length);
  verdict.figure('runs failed and undone, as they must', own.filter((run) => run.undone.length > 0).length);
  const interrupted = own.filter((run) => run.expected.mayBeInterrupted && run.end?.type === 'run.failed');
  verdict.figure('runs failed as cut off too often, as they must', interrupted.length);
  verdict.figure('runs taken up, times', took);
  verdict.figure('steps and undos completed', steps.filter(([, { completed }]) => completed).length);
  verdict.figure('bodies begun', begun);
  verdict.figure('steps and undos begun more than once', begunAgain);
  verdict.figure('most attempts at one', Math.max(0, ...steps.map(([, { attempt }]) => attempt)));
  verdict.figure('signals acknowledged', signals);
  verdict.figure('entries on record', entries);

  verdict.equal('every run has its one end', own.filter(({ end }) => end !== undefined).length, own.length);
  verdict.equal('violations', checker.violationCount, 0);
  verdict.promise('there were runs, and some were taken up', own.length > 0 && took > 0, own.length);
  verdict.promise('something was cut off', begunAgain > 0, begunAgain);
}

const options = readOptions(process.argv.slice(2));
if (options === 'help') console.log(usage);
else {
  const folder = mkdtempSync(join(tmpdir(), 'cadre-kill-'));
  const verdict = new Verdict(`${options.kills} times kill -9, ${options.runs} runs under way`);
  try {
    const violations = await soak(verdict, options, folder);
    for (const violation of violations) console.error(violation);
    verdict.print(options.json);
  } finally {
    if (options.keep) console.error(folder);
    else rmSync(folder, { recursive: true, force: true });
  }
}
