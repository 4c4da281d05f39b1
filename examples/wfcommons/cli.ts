import { parseArgs } from 'node:util';
import { UsageError } from './format.ts';

/** What a run was asked to do. */
export interface Settings {
  /** The file to read. */
  readonly file: string;
  /** Seconds of ours for a second of the trace. */
  readonly scale: number;
  /** Steps at once in the second run. */
  readonly concurrency: number;
  /** When set, nothing is run: an instance of so many by so many images is printed. */
  readonly generate: number | undefined;
}

/** What `--help` prints. */
export const HELP = `Runs a workflow trace in the WfCommons format (WfFormat), each task taking its scaled time.

  node examples/wfcommons/main.ts [file.json] [options]

  file.json            the trace (default: a made-up Montage of 61 tasks)
  --scale <n>          seconds for a second of the trace, above 0 (default: 0.01)
  --concurrency <n>    tasks at once in the second run, from 1 (default: 4)
  --generate <side>    print a made-up Montage of side × side images, 1 to 300, and run nothing
  --help               print this
`;

const OPTIONS = {
  scale: { type: 'string', default: '0.01' },
  concurrency: { type: 'string', default: '4' },
  generate: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/**
 * Reads the command line.
 *
 * @param standard The file to read when none is named.
 * @returns The settings, or 'help' when that is what was asked for.
 * @throws UsageError when something on the line makes no sense.
 */
export function parseSettings(args: readonly string[], standard: string): Settings | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (positionals.length > 1) throw new UsageError(`One file at a time, not ${positionals.length}.`);
  const [file = standard] = positionals;
  const isWhole = (most: number) => (n: number) => Number.isSafeInteger(n) && n >= 1 && n <= most;
  return {
    file,
    scale: numberOf('scale', values.scale, (n) => n > 0 && n <= 1_000, 'a number above 0, up to 1000'),
    concurrency: numberOf('concurrency', values.concurrency, isWhole(1e6), 'a whole number from 1 up'),
    generate:
      values.generate === undefined
        ? undefined
        : numberOf('generate', values.generate, isWhole(300), 'a whole number from 1 to 300'),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split(/\.(?:\s|$)/);
    throw new UsageError(`${sentence}; --help lists the options.`);
  }
}

function numberOf(name: string, text: string, isValid: (value: number) => boolean, rule: string): number {
  const value = /^\d*\.?\d+(?:e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!isValid(value)) throw new UsageError(`--${name} must be ${rule}, not ${JSON.stringify(text)}.`);
  return value;
}
