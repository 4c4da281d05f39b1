import { ClosedError, RecordedError } from '../kernel/errors.ts';
import { ignore } from '../kernel/functions.ts';
import type { Workflow } from './definition.ts';
import type { Run } from './handle.ts';
import { SuspendedError, UnreadableRunError } from './resume-errors.ts';
import { fits, revisionOf } from './revision.ts';
import type { RunStore } from './run-store.ts';
import { endOf, type StoredRun } from './stored-run.ts';

/** An unfinished run that was not taken up. */
export interface LeftRun {
  /** Its id. */
  readonly runId: string;
  /** The name of its workflow, if that could be read. */
  readonly workflow: string | undefined;
  /**
   * `owned`: its owner lives. `unknown-workflow`: no workflow of its name is registered. `changed`: the definition has
   * changed since it began. `full`: as many runs as are allowed are under way. `unreadable`: what is stored cannot be
   * read. `failed`: the store failed.
   */
  readonly reason: 'owned' | 'unknown-workflow' | 'changed' | 'full' | 'unreadable' | 'failed';
  /** What went wrong, if anything did; `DefinitionMismatchError` where the definition has changed. */
  readonly error: unknown;
}

/** What `resume` has done. */
export interface ResumeReport {
  /** The runs that go on here. */
  readonly resumed: readonly Run[];
  /** Those that do not. Runs that are part of another are not counted: they go with it. */
  readonly left: readonly LeftRun[];
}

/** What becomes of finished runs. */
interface Retention {
  readonly runs: number;
  /** Milliseconds since their ends. */
  readonly age: number;
}

/** Whoever goes on with the runs. */
interface Successor {
  definitionOf(name: string): Workflow | undefined;
  /** True for a run that is under way here, or kept. */
  knows(id: string): boolean;
  isFull(): boolean;
  isClosed(): boolean;
  restore(stored: StoredRun, definition: Workflow): Run;
}

/** Takes up what earlier owners have left in a store, and removes what nobody needs there. */
export class Resumer {
  readonly #store: RunStore;
  readonly #retention: Retention;
  readonly #successor: Successor;
  #resuming: Promise<ResumeReport> | undefined;
  readonly #removals = new Set<Promise<void>>();

  constructor(store: RunStore, retention: Retention, successor: Successor) {
    this.#store = store;
    this.#retention = retention;
    this.#successor = successor;
  }

  /** Calls that overlap are one. */
  resume(): Promise<ResumeReport> {
    if (this.#resuming === undefined) {
      const forget = (): void => {
        this.#resuming = undefined;
      };
      this.#resuming = this.#resumeAll();
      this.#resuming.then(forget, forget);
    }
    return this.#resuming;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#resuming?.catch(ignore);
    await Promise.all(this.#removals);
  }

  /** Removes a finished run. What cannot be removed now is removed by a later resume. */
  remove(id: string): void {
    const removal = this.#store.remove(id).catch(ignore);
    this.#removals.add(removal);
    void removal.then(() => this.#removals.delete(removal));
  }

  /**
   * Claims the run of a step, wherever it stands; undefined when it has not begun. What goes wrong with it is no failure
   * of the step: rejects with `SuspendedError`.
   *
   * @param isWanted Whether it is begun when it has not; else it never will be.
   */
  async findChild(
    id: string,
    rootId: string,
    workflow: Workflow,
    isWanted: () => boolean,
  ): Promise<StoredRun | undefined> {
    try {
      const store = this.#store;
      const stream = store.streamOf(id, rootId);
      let found = await store.claim(id, stream, true, undefined);
      while (found === undefined && !isWanted()) {
        if (await store.prevent(id, stream, workflow.name)) return undefined;
        found = await store.claim(id, stream, true, undefined);
      }
      if (found === undefined || !('entries' in found)) return undefined;
      if (!fits(workflow, found))
        throw new UnreadableRunError(id, 'the definition of its workflow has changed');
      return found;
    } catch (error) {
      throw new SuspendedError(id, error);
    }
  }

  async #resumeAll(): Promise<ResumeReport> {
    const resumed: Run[] = [];
    const left: LeftRun[] = [];
    const finished: FinishedRun[] = [];
    for await (const { id, entry } of this.#store.list()) {
      if (this.#successor.isClosed()) throw new ClosedError('WorkflowEngine');
      const endedAt = entry === undefined ? undefined : endOf(entry);
      if (endedAt !== undefined) finished.push({ id, endedAt });
      else if (!this.#successor.knows(id)) await this.#take(id, resumed, left);
    }
    if (this.#successor.isClosed()) throw new ClosedError('WorkflowEngine');
    this.#prune(finished);
    return { resumed, left };
  }

  /** Takes up one run, or says why not. */
  async #take(id: string, resumed: Run[], left: LeftRun[]): Promise<void> {
    const store = this.#store;
    let workflow: string | undefined;
    const leave = (reason: LeftRun['reason'], error?: unknown): void => {
      left.push({ runId: id, workflow, reason, error });
    };
    try {
      const stream = store.streamOf(id, id);
      // Looked at before it is claimed: what cannot be gone on with is left to others.
      const seen = await store.read(id, stream);
      if (seen === undefined || seen.ended) return;
      workflow = seen.origin.workflow;
      const definition = this.#successor.definitionOf(workflow);
      if (definition === undefined) return leave('unknown-workflow');
      const revision = await revisionOf(store, definition, seen);
      if (revision instanceof Error) return leave('changed', revision);
      if (this.#successor.isFull()) return leave('full');
      const claimed = await store.claim(id, stream, false, revision);
      if (claimed === undefined) return;
      if (!('entries' in claimed)) return leave('owned');
      if (claimed.ended || this.#successor.isClosed()) return;
      resumed.push(this.#successor.restore(claimed, definition));
    } catch (error) {
      leave(error instanceof UnreadableRunError ? 'unreadable' : 'failed', error);
    }
  }

  /** Removes finished runs of earlier owners that are too many or too old. */
  #prune(finished: FinishedRun[]): void {
    const { runs, age } = this.#retention;
    const newest = finished.sort((a, b) => b.endedAt - a.endedAt);
    const now = this.#store.runtime.clock.now();
    for (const [place, { id, endedAt }] of newest.entries()) {
      const kept = this.#successor.knows(id) || (place < runs && now - endedAt <= age);
      if (!kept) this.remove(id);
    }
  }
}

interface FinishedRun {
  readonly id: string;
  /** In epoch milliseconds. */
  readonly endedAt: number;
}

/** What a run that has ended came to. @throws RecordedError when it failed or was cancelled. */
export function outcomeOf({ entries }: StoredRun): unknown {
  const { type, output, details } = entries.at(-1)!;
  if (type === 'run.completed') return output;
  throw new RecordedError(details!.error!);
}
