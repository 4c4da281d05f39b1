import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Sample } from '../../harness/types.ts';
import type { SideJob, SideRequest } from './types.ts';

const childFile = fileURLToPath(new URL('./child.ts', import.meta.url));

/** Longest time one request may take, in milliseconds; a side that is silent for longer has failed. */
const patienceMs = 120_000;

/** What the child sends: a value, or why there is none. */
interface Reply {
  readonly value?: unknown;
  readonly error?: string;
}

/** The parent's end of a child process that holds one side. Stop it in the end, also when it failed. */
export class SideProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts the process and waits until its side is open. @throws when it cannot be opened. */
  static async start(job: SideJob): Promise<SideProcess> {
    const child = fork(childFile, [JSON.stringify(job)], {
      execArgv: ['--expose-gc'],
      // What a peer prints must not come between the lines of `--json`.
      stdio: ['ignore', 2, 'inherit', 'ipc'],
      env: { ...process.env, MASTRA_TELEMETRY_DISABLED: '1', LANGSMITH_TRACING: 'false' },
    });
    const side = new SideProcess(child);
    try {
      await side.#reply();
    } catch (error) {
      await side.stop();
      throw error;
    }
    return side;
  }

  async warmUp(ms: number): Promise<void> {
    await this.#ask({ kind: 'warm-up', ms });
  }

  async sample(ms: number): Promise<Sample> {
    return (await this.#ask({ kind: 'sample', ms })) as Sample;
  }

  /** Ends the process: it may close its side first, for a few seconds. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    const kill = setTimeout(() => child.kill('SIGKILL'), 5_000);
    if (child.connected) child.disconnect();
    await exited;
    clearTimeout(kill);
  }

  #ask(request: SideRequest): Promise<unknown> {
    const reply = this.#reply();
    if (this.#child.connected) this.#child.send(request);
    return reply;
  }

  /** The next message. @throws what the child reports, or that it exited or was silent for too long. */
  #reply(): Promise<unknown> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(silence);
        child.off('message', onMessage).off('exit', onExit);
        finish();
      };
      const onMessage = ({ value, error }: Reply) =>
        settle(() => (error === undefined ? resolve(value) : reject(new Error(error))));
      const onExit = (code: number | null, signal: string | null) =>
        settle(() => reject(new Error(`the process ended: ${signal ?? `exit code ${code}`}`)));
      const silence = setTimeout(() => {
        settle(() => reject(new Error(`no answer within ${patienceMs / 1000} s`)));
        child.kill('SIGKILL');
      }, patienceMs);
      child.on('message', onMessage).on('exit', onExit);
      if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
    });
  }
}
