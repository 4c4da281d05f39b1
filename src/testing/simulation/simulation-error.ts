import process from 'node:process';
import { CadreError, describeError } from '../../index.ts';
import type { Fault } from './fault-plan.ts';
import type { World } from './world.ts';

/** A simulation failed. The message says what, when, by which faults, what happened last and how to repeat it. */
export class SimulationError extends CadreError<'SIMULATION_FAILED'> {
  readonly code = 'SIMULATION_FAILED' as const;
  /** The seed that fails. */
  readonly seed: number;
  /** Happenings until then. */
  readonly events: number;
  /** Virtual milliseconds until then. */
  readonly atMs: number;
  /** The faults without which it does not fail, as far as could be found out. */
  readonly faults: readonly Fault[];
  /** The last lines of the log. */
  readonly log: readonly string[];
  /** Repeats it, and nothing else. */
  readonly command: string;

  /** @internal */
  constructor(seed: number, cause: unknown, world: World, faults: readonly Fault[]) {
    const ids = faults.map(({ id }) => id).join(',');
    const command = `CADRE_SEED=${seed} CADRE_FAULTS=${ids} ${ownCommand()}`;
    const log = world.lastLines();
    const lines = [
      `seed ${seed}: ${reasonsOf(cause).join(': ')}`,
      `after ${world.events} happenings and ${world.now} ms of virtual time`,
      faults.length === 0
        ? 'without a fault'
        : `by ${faults.map(({ id, where }) => `${id} (${where})`).join(', ')}`,
      ...log.map((line) => `  ${line}`),
      `repeat it: ${command}`,
    ];
    super(lines.join('\n'), { cause });
    this.seed = seed;
    this.events = world.events;
    this.atMs = world.now;
    this.faults = faults;
    this.log = log;
    this.command = command;
  }
}

/** What went wrong, and what that came from. */
function reasonsOf(cause: unknown): string[] {
  const reasons: string[] = [];
  for (let error = cause; reasons.length < 5; error = error.cause) {
    reasons.push(describeError(error).message);
    if (!(error instanceof Error) || error.cause === undefined) break;
  }
  return reasons;
}

/** How this process was started, as far as it can be told. */
function ownCommand(): string {
  if (process.env['VITEST'] !== undefined) return 'npx vitest run';
  return ['node', ...process.execArgv, ...process.argv.slice(1)].join(' ');
}
