import { CancelledError, describeError } from '../kernel/errors.ts';
import { ignore } from '../kernel/functions.ts';
import type { Runtime } from '../kernel/runtime.ts';
import {
  ConflictError,
  type Journal,
  Persistence,
  type Records,
  type Store,
  StoreError,
} from '../storage/index.ts';
import type { Workflow } from './definition.ts';
import { Ownership } from './ownership.ts';
import { UnreadableRunError } from './resume-errors.ts';
import type { Revision } from './revision-entry.ts';
import { type JournalOwner, RunJournal } from './run-journal.ts';
import { endOf, entryText, originDetails, readRun, type StoredRun } from './stored-run.ts';

/** Entries that are read at a time. */
const PART = 1_000;

/** The prefix of the streams of runs that are part of no other. */
const RUNS = 'run/';

/** A run whose owner lives. */
export interface OwnedElsewhere {
  readonly owner: string;
}

/** Where the runs of an engine are kept. */
export class RunStore {
  readonly runtime: Runtime;
  readonly journal: Journal;
  readonly persistence: Persistence;
  readonly ownership: Ownership;
  readonly payloadLimit: number;
  readonly #records: Records;
  /** Those of runs that are under way. */
  readonly #open = new Set<RunJournal>();
  /** Definitions that are on record. */
  readonly #kept = new WeakMap<Workflow, Promise<void>>();

  constructor(runtime: Runtime, store: Store, leaseMs: number, payloadLimit: number) {
    this.runtime = runtime;
    this.payloadLimit = payloadLimit;
    this.#records = store.records;
    this.journal = store.journal;
    this.persistence = new Persistence(runtime);
    this.ownership = new Ownership(runtime, store, this.persistence, leaseMs, () => this.#verify());
  }

  /** The stream of a run. Those that are part of another lie under the outermost one, and go with it. */
  streamOf(id: string, rootId: string): string {
    return id === rootId ? `${RUNS}${id}` : `${partsOf(rootId)}${id}`;
  }

  /**
   * The journal of a run that begins or goes on. Held for until {@link release}.
   *
   * @param definition What has to be on record before; undefined for a definition that was made at run time.
   */
  open(stream: string, sequence: number, owner: JournalOwner, definition: Workflow | undefined): RunJournal {
    const held = this.ownership.hold();
    const ready = definition === undefined ? held : Promise.all([held, this.#keep(definition)]);
    const journal = new RunJournal(this, stream, sequence, owner, ready);
    this.#open.add(journal);
    return journal;
  }

  /** The fingerprints of the steps of an earlier definition; empty when they are not on record. */
  async fingerprintsOf(workflow: string, fingerprint: string): Promise<ReadonlyMap<string, string>> {
    const record = await this.persistence.run(() => this.#records.get(definitionKey(workflow, fingerprint)));
    return new Map(record === undefined ? [] : (JSON.parse(record.text) as [string, string][]));
  }

  /** Whether a run has begun and not ended. */
  async isUnderWay(id: string): Promise<boolean> {
    const heads = await this.persistence.run(() => this.journal.list({ prefix: `${RUNS}${id}`, limit: 1 }));
    const [head] = heads;
    return head?.stream === `${RUNS}${id}` && (head.entry === undefined || endOf(head.entry) === undefined);
  }

  /** So that it can be said later what has changed. */
  #keep(definition: Workflow): Promise<void> {
    let kept = this.#kept.get(definition);
    if (kept === undefined) {
      kept = this.#write(definition);
      this.#kept.set(definition, kept);
      kept.catch(() => this.#kept.delete(definition));
    }
    return kept;
  }

  async #write({ name, fingerprints }: Workflow): Promise<void> {
    const key = definitionKey(name, fingerprints.workflow);
    await this.persistence.run(async () => {
      if ((await this.#records.get(key)) !== undefined) return;
      try {
        await this.#records.create(key, JSON.stringify([...fingerprints.steps]));
      } catch (error) {
        // Somebody else has written the same.
        if (!(error instanceof ConflictError)) throw error;
      }
    });
  }

  /** The run that a journal was opened for is under way here no more. */
  release(journal: RunJournal): void {
    this.#open.delete(journal);
    this.ownership.release();
  }

  /** Runs that only wait would never hear that they have another owner. */
  #verify(): void {
    // One that cannot be looked at now finds out when it writes.
    for (const journal of this.#open) journal.verify().catch(ignore);
  }

  /** The ids of the runs that are part of no other, each with the text of its last entry. */
  async *list(): AsyncGenerator<{
    readonly id: string;
    readonly last: number;
    readonly entry: string | undefined;
  }> {
    let after = '';
    for (;;) {
      const heads = await this.persistence.run(() => this.journal.list({ prefix: RUNS, after, limit: PART }));
      if (!Array.isArray(heads)) throw new StoreError('failed', 'it gave no list');
      for (const { stream, last, entry } of heads) yield { id: stream.slice(RUNS.length), last, entry };
      const end = heads.at(-1);
      if (end === undefined || heads.length < PART) return;
      after = end.stream;
    }
  }

  /** Everything that is stored of a run; undefined when nothing is. @throws UnreadableRunError, or rejects like a store. */
  async read(id: string, stream: string): Promise<StoredRun | undefined> {
    const texts: string[] = [];
    for (;;) {
      const part = await this.persistence.run(() =>
        this.journal.read(stream, { after: texts.length, limit: PART }),
      );
      if (part.last === 0) return undefined;
      if (part.snapshot !== undefined) throw new UnreadableRunError(id, 'a part of it is a snapshot');
      for (const text of part.entries) texts.push(text);
      if (texts.length >= part.last) return readRun(id, texts);
    }
  }

  /**
   * Makes this engine the owner of a run, unless its owner lives or it has ended.
   *
   * @param force True where the owner of the outermost run is this engine: what is part of it is, too.
   * @param revision What is put on record with it.
   */
  async claim(
    id: string,
    stream: string,
    force: boolean,
    revision: Revision | undefined,
  ): Promise<StoredRun | OwnedElsewhere | undefined> {
    const { ownership, runtime } = this;
    for (;;) {
      const stored = await this.read(id, stream);
      if (stored === undefined || stored.ended) return stored;
      const { owner, last } = stored;
      if (!force && owner !== undefined && owner !== ownership.id && (await ownership.lives(owner))) {
        return { owner };
      }
      const at = runtime.clock.now();
      const details = { owner: ownership.id, fingerprint: revision?.fingerprint, dropped: revision?.dropped };
      const entry = entryText({ type: 'run.resumed', at, step: undefined, details, payload: undefined });
      const entries = [entry, ...(revision?.entries(at) ?? [])];
      try {
        await this.persistence.run(() => this.journal.append(stream, last, entries));
        if (revision !== undefined) return await this.read(id, stream);
        return { ...stored, last: last + 1 };
      } catch (error) {
        // Somebody was quicker, or an answer was lost: what is there now decides.
        if (!(error instanceof ConflictError)) throw error;
      }
    }
  }

  /**
   * Sees to it that a run which has not begun never does, whoever means to begin it.
   *
   * @returns False when it has begun meanwhile.
   */
  async prevent(id: string, stream: string, workflow: string): Promise<boolean> {
    const at = this.runtime.clock.now();
    const origin = {
      workflow,
      version: '1',
      fingerprint: undefined,
      input: undefined,
      deadlineAt: undefined,
      parent: undefined,
    };
    const error = describeError(new CancelledError(`run "${id}"`, 'its step was stopped before it began'));
    const about = { at, step: undefined };
    const begin = {
      ...about,
      type: 'run.started',
      details: originDetails(origin, this.ownership.id),
      payload: 'null',
    } as const;
    const end = { ...about, type: 'run.cancelled', details: { error }, payload: undefined } as const;
    try {
      await this.persistence.run(() => this.journal.append(stream, 0, [entryText(begin), entryText(end)]));
      return true;
    } catch (failure) {
      if (!(failure instanceof ConflictError)) throw failure;
      return false;
    }
  }

  /** Removes a run and what was part of it. */
  async remove(id: string): Promise<void> {
    const { journal, persistence } = this;
    // The parts first: what is listed can be removed once more.
    for (;;) {
      const parts = await persistence.run(() => journal.list({ prefix: partsOf(id), limit: PART }));
      if (parts.length === 0) break;
      for (const { stream } of parts) await this.#removeStream(stream);
    }
    await this.#removeStream(`${RUNS}${id}`);
  }

  async #removeStream(stream: string): Promise<void> {
    const { journal, persistence } = this;
    await persistence.run(async () => {
      const { last } = await journal.read(stream, { limit: 1 });
      if (last > 0) await journal.delete(stream, last);
    });
  }
}

function definitionKey(workflow: string, fingerprint: string): string {
  return `definition/${fingerprint}/${workflow}`;
}

/** With the length in front no id is the beginning of another. */
function partsOf(rootId: string): string {
  return `part/${rootId.length}/${rootId}/`;
}
