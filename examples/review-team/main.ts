import { join } from 'node:path';
import { checkFolders, HELP, parseSettings, UsageError } from './cli.ts';
import { KINDS, kinds } from './facts.ts';
import { type Outcome, runReview, StoppedError } from './run.ts';
import { loadModel } from './summary.ts';
import { codeOf } from './survey.ts';
import { liveView, plainView, type Screen } from './view.ts';
import { count, duration, oneLine } from './words.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/** The exit codes: done, failed, asked for something that cannot be done, stopped with Ctrl-C. */
const EXIT = { done: 0, failed: 1, usage: 2, stopped: 130 } as const;

/** How long stopping may take before the process ends anyway. */
const STOP_MS = 900;

async function main(args: readonly string[]): Promise<number> {
  try {
    const settings = parseSettings(args, process.cwd(), REPOSITORY);
    if (settings === 'help') {
      process.stdout.write(HELP);
      return EXIT.done;
    }
    await checkFolders(settings);
    const title = `Review of ${settings.folder}`;
    const outcome = await runReview(settings, {
      watch: (board) => (isLive() ? liveView : plainView)(title, board, screen),
      signal: stopSignal(),
      write: await loadModel(process.env['CADRE_MODEL']),
    });
    process.stdout.write(settings.isJson ? `${JSON.stringify(outcome, null, 2)}\n` : inWords(outcome));
    return EXIT.done;
  } catch (error) {
    process.stderr.write(`${oneLine(error instanceof Error ? error.message : String(error))}\n`);
    if (error instanceof UsageError) return EXIT.usage;
    return error instanceof StoppedError ? EXIT.stopped : EXIT.failed;
  }
}

/** The terminal is read anew each time: people change its size. */
const screen: Screen = {
  write: (text) => void process.stderr.write(text),
  get columns() {
    return process.stderr.columns || 80;
  },
  get rows() {
    return process.stderr.rows || 24;
  },
  get hasColors() {
    return process.stderr.isTTY && process.stderr.hasColors();
  },
};

function isLive(): boolean {
  return process.stderr.isTTY && process.env['TERM'] !== 'dumb';
}

/** Aborts at Ctrl-C or a polite kill. A second one ends the process at once, as always. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    setTimeout(() => process.exit(EXIT.stopped), STOP_MS).unref();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return controller.signal;
}

/** Whoever reads what we print may leave early, as `head` does; the report is written all the same. */
function ignoreLeavers(error: Error): void {
  if (codeOf(error) !== 'EPIPE') throw error;
}

function inWords({ review, run, report }: Outcome): string {
  const found = kinds().filter((kind) => review.totals[kind] > 0);
  const lines = found.map(
    (kind) => `${review.totals[kind].toLocaleString('en').padStart(8)}  ${KINDS[kind]}`,
  );
  const files = `${count(review.counts.files, 'file')} reviewed in ${duration(run.durationMs)}`;
  const retries = run.retried > 0 ? `, ${count(run.retried, 'retry', 'retries')}` : '';
  return `${[`${files}${retries}`, ...lines, report.markdown, report.html].map(oneLine).join('\n')}\n`;
}

process.stdout.on('error', ignoreLeavers);
process.stderr.on('error', ignoreLeavers);
process.exitCode = await main(process.argv.slice(2));
