import { parseArgs } from 'node:util';
import { type Plant, plants } from './plants.ts';

/** What the command line asks for. */
export interface KillOptions {
  readonly kills: number;
  /** Runs that are kept under way. */
  readonly runs: number;
  readonly plant: Plant | undefined;
  readonly json: boolean;
  /** Leaves the files where they are, for a closer look. */
  readonly keep: boolean;
}

export const usage: string = `Options:
  --kills n      how often the process is killed (default 500)
  --runs n       runs that are kept under way (default 20)
  --json         print one line of JSON in place of the tables
  --keep         leave the store and the ledger in the temporary folder
  --plant name   plant a bug, to see that it is found: ${plants.join(', ')}
  --help         this text`;

/** Reads the command line. @throws RangeError for a value out of range, TypeError for an unknown option. */
export function readOptions(args: readonly string[]): KillOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '500' },
      runs: { type: 'string', default: '20' },
      plant: { type: 'string' },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const plant = plants.find((name) => name === values.plant);
  if (plant === undefined && values.plant !== undefined)
    throw new RangeError(`--plant must be one of ${plants.join(', ')}, got ${values.plant}`);
  const { json, keep } = values;
  return { kills: whole('kills', values.kills), runs: whole('runs', values.runs), plant, json, keep };
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`--${name} must be a whole number >= 1, got ${text}`);
  return value;
}
