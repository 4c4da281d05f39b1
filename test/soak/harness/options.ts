import { parseArgs } from 'node:util';

/** What the command line of a soak script asks for. */
export interface SoakOptions<P extends string> {
  /** Requests or operations to try. */
  readonly count: number;
  /** Where chance begins: the same seed draws the same requests. */
  readonly seed: number;
  /** The fault that is planted into the script's own wiring, to see that it is found. */
  readonly plant: P | undefined;
  /** How long the event loop may take to come round, 99 of 100 times, in milliseconds. */
  readonly loopMs: number;
  /** One line of JSON in place of the table. */
  readonly json: boolean;
  /** Set by a script that starts itself: this is the process in which the work is done. */
  readonly child: boolean;
}

/**
 * Reads the command line.
 *
 * @param plants The faults that the script knows.
 * @throws RangeError for a value out of range, TypeError for an unknown option.
 */
export function readOptions<P extends string>(
  args: readonly string[],
  plants: readonly P[],
): SoakOptions<P> | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      plant: { type: 'string' },
      'loop-ms': { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
      child: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { json, child } = values;
  const plant = plants.find((name) => name === values.plant);
  if (plant === undefined && values.plant !== undefined) {
    throw new RangeError(`--plant must be one of ${plants.join(', ')}, got ${values.plant}`);
  }
  return {
    count: whole('count', values.count, 1_000),
    seed: whole('seed', values.seed, 1),
    plant,
    loopMs: whole('loop-ms', values['loop-ms'], 1),
    json,
    child,
  };
}

/** The text for `--help`. */
export function usage(plants: readonly string[]): string {
  return `Options:
  --count n      how many to try, at least 1000 (default 1000000)
  --seed n       where chance begins (default 1)
  --loop-ms n    how long the event loop may take in the mixed operations; more where others work, too (default 20)
  --json         print one line of JSON in place of the table
  --plant name   plant a fault, to see that it is found: ${plants.join(', ')}
  --help         this text`;
}

function whole(name: string, text: string, min: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < min) {
    throw new RangeError(`--${name} must be a whole number >= ${min}, got ${text}`);
  }
  return value;
}
