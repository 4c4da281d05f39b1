import { mkdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { codeOf, reason, survey } from './survey.ts';
import { oneLine } from './words.ts';

/** What a run was asked to do. */
export interface Settings {
  /** The folder to review, as an absolute path. */
  readonly folder: string;
  /** Where the report goes, as an absolute path. */
  readonly out: string;
  /** Files read at once. */
  readonly concurrency: number;
  /** Share of attempts that are made to fail, 0 to 1. */
  readonly failRate: number;
  /** Whether findings and run go to stdout as JSON. */
  readonly isJson: boolean;
}

/** The caller asked for something that cannot be done; the message is one sentence for them. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `--help` prints. */
export const HELP = `Reviews a folder with a team of agents and writes report.md and report.html.

  npm start -- [folder] [options]

  folder               the folder to review; without it, this repository
  --out <folder>       where the report goes (default: review)
  --concurrency <n>    files read at once, 1 to 256 (default: 8)
  --fail-rate <p>      let agents fail at random, 0 to 1 (default: 0)
  --json               print findings and run as JSON on stdout
  --help               print this

Passed over: .git, node_modules, dist, coverage, the report's own folder, and the folders that the reviewed
folder's .gitignore names without patterns. Inside node_modules only .git is passed over.
`;

/**
 * Reads the command line.
 *
 * @returns the settings, or 'help' when that is what was asked for.
 * @throws UsageError when something on the line makes no sense.
 */
export function parseSettings(args: readonly string[], cwd: string, standard: string): Settings | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (positionals.length > 1) throw new UsageError(`One folder at a time, not ${positionals.length}.`);
  const [folder = standard] = positionals;
  return {
    folder: resolve(cwd, folder),
    out: resolve(cwd, values.out),
    concurrency: numberOption(
      'concurrency',
      values.concurrency,
      (n) => Number.isInteger(n) && n >= 1 && n <= 256,
    ),
    failRate: numberOption('fail-rate', values['fail-rate'], (n) => n >= 0 && n <= 1),
    isJson: values.json,
  };
}

const OPTIONS = {
  out: { type: 'string', default: 'review' },
  concurrency: { type: 'string', default: '8' },
  'fail-rate': { type: 'string', default: '0' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const BOUNDS = { concurrency: 'a whole number from 1 to 256', 'fail-rate': 'a number from 0 to 1' } as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/\.(?:\s|$)/);
    throw new UsageError(`${sentence}; --help lists the options.`);
  }
}

function numberOption(name: keyof typeof BOUNDS, text: string, isValid: (value: number) => boolean): number {
  const value = /^[\d.]+$/.test(text) ? Number(text) : Number.NaN;
  if (!isValid(value))
    throw new UsageError(`--${name} must be ${BOUNDS[name]}, not ${JSON.stringify(text)}.`);
  return value;
}

/**
 * Makes sure, before anybody works, that there is something to review and a place for the report.
 *
 * @throws UsageError when there is not.
 */
export async function checkFolders({ folder, out }: Settings): Promise<void> {
  const shown = oneLine(folder);
  const stats = await stat(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') throw new UsageError(`There is no folder ${shown}.`);
    throw new UsageError(`${shown} cannot be reviewed: ${reason(error)}.`);
  });
  if (!stats.isDirectory()) throw new UsageError(`${shown} is a file; a folder is needed.`);
  if (await isEmpty(folder, out)) throw new UsageError(`There is nothing to review in ${shown}.`);
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw new UsageError(`The report cannot be written to ${oneLine(out)}: ${writeReason(error)}.`);
  });
}

async function isEmpty(folder: string, out: string): Promise<boolean> {
  try {
    for await (const _entry of survey(folder, { except: out })) return false;
    return true;
  } catch (error) {
    throw new UsageError(`${oneLine(folder)} cannot be reviewed: ${reason(error)}.`);
  }
}

function writeReason(error: unknown): string {
  const isTaken = ['EEXIST', 'ENOTDIR'].includes(codeOf(error) ?? '');
  return isTaken ? 'a file is in its way' : reason(error);
}
