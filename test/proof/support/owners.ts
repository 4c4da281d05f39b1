import type { Coordinator, Run, Workflow } from '../../../src/index.ts';
import type { SimulatedNode, Simulation } from '../../../src/testing/index.ts';
import type { Book, BookEntry } from './book.ts';
import { type Count, ensure, follow } from './prove.ts';

/** The end of a run, as the type of an entry. */
export const ENDED: RegExp = /^run\.(completed|failed|cancelled)$/;

/** What one life of a node does with runs. */
interface Handle {
  start(id: string): void;
  resume(): Promise<void>;
}

/** Makes the workflow for one life of a node. @param owner The name under which it owns runs. */
type FlowOf = (node: SimulatedNode, owner: () => string) => Workflow<never, unknown>;

/** A node whose lives start runs of one workflow and take up those of the lives before them. */
export class Owners {
  /** The runs whose start is stored, as somebody was told. */
  readonly accepted: Set<string> = new Set();
  /** For each run the handles of it, the newest last; some are of lives that are gone or have lost it. */
  readonly runs: Map<string, Run[]> = new Map();
  readonly #sim: Simulation;
  readonly #book: Book;
  readonly #handles = new Map<SimulatedNode, Handle>();
  readonly #flowOf: FlowOf;
  readonly #count: Count;
  #node: SimulatedNode | undefined;

  constructor(sim: Simulation, book: Book, count: Count, flowOf: FlowOf) {
    this.#sim = sim;
    this.#book = book;
    this.#count = count;
    this.#flowOf = flowOf;
  }

  /** Adds the node. @param taken Told of each run that goes on under a new life. */
  begin(taken: (run: Run) => void = () => {}): void {
    const store = this.#sim.store(this.#book.store);
    this.#node = this.#sim.node('n', (node) => {
      const flow = this.#flowOf(node, () => coordinator.workflows.owner!);
      const coordinator: Coordinator = node.coordinator({
        store,
        workflows: { definitions: [flow], lease: '1s' },
        grace: 10,
      });
      coordinator.events.on('run.suspended', ({ error }) => {
        if (error?.code === 'SUPERSEDED') this.#count('superseded');
      });
      this.#handles.set(node, {
        start: (id) => {
          const run = coordinator.start(flow as Workflow, undefined, { id });
          this.#watch(run);
          run.accepted.then(
            () => this.accepted.add(id),
            () => {},
          );
        },
        resume: async () => {
          const { resumed } = await coordinator.resume();
          this.#count('taken over', resumed.length);
          for (const run of resumed) {
            this.#watch(run);
            taken(run);
          }
        },
      });
      this.resume();
    });
  }

  start(id: string): void {
    const node = this.#node!;
    if (node.current !== undefined && !node.frozen) this.#handles.get(node)!.start(id);
  }

  /** The node takes up what it may, if it is up. */
  resume(): void {
    if (this.#node === undefined) return;
    this.#handles
      .get(this.#node)
      ?.resume()
      .catch(() => {});
  }

  /** Waits until all runs that were accepted have ended. @param meanwhile Called every seven seconds. */
  async end(ids: readonly string[], meanwhile: () => void): Promise<void> {
    let over = false;
    const isOver = (id: string): boolean =>
      this.#book.endOf(id) !== undefined || (!this.accepted.has(id) && this.#book.of(id).length === 0);
    const ended = (): Promise<void> =>
      this.#sim.eventually('every run that was accepted comes to an end', () => ids.every(isOver), '4h');
    const goOn = async (): Promise<void> => {
      while (!over) {
        this.resume();
        meanwhile();
        await this.#sim.advance('7s');
      }
    };
    const going = goOn();
    await ended();
    // A start that was under way until now may have been stored since.
    await this.#sim.advance('30s');
    await ended();
    over = true;
    await going;
  }

  #watch(run: Run): void {
    this.runs.set(run.id, [...(this.runs.get(run.id) ?? []), run]);
    follow(this.#sim, run.result, ({ isOutput, code }) => {
      if (code === 'SUSPENDED' || code === 'SUPERSEDED') return;
      const end = this.#book.endOf(run.id);
      ensure(end !== undefined, () => `the result of ${run.id} is there before its end is on record`);
      ensure((end!.type === 'run.completed') === isOutput, () => `${run.id} is on record as ${end!.type}`);
    });
  }
}

/** The stream of a run, at whatever depth. */
export function streamOf(book: Book, runId: string): readonly BookEntry[] {
  for (const [stream, entries] of book.streams) if (stream.endsWith(`/${runId}`)) return entries;
  return [];
}
