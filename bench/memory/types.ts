/** Something made many times over; what it keeps in memory is measured between `fill` and `finish`. */
export interface Holding {
  /** Makes them all. */
  fill(): Promise<void>;
  /** Lets them end, and looks at the results. @throws when one of them is wrong. */
  finish(): Promise<void>;
}

/** A thing that takes memory while it exists. */
export interface Thing {
  readonly id: string;
  readonly title: string;
  readonly count: number;
  /** The most bytes that we accept for one. */
  readonly goalBytes?: number;
  /** By hand; absent where there is nothing to compare with. */
  readonly limit?: (count: number) => Promise<Holding>;
  readonly ours: (count: number) => Promise<Holding>;
}

/** Work that waits at a gate until it is opened, so that everything is pending at once. */
export class Gate {
  readonly #gate = Promise.withResolvers<void>();

  /** Adds one to `x`, as soon as the gate is open. */
  readonly pass = async (x: number): Promise<number> => {
    await this.#gate.promise;
    return x + 1;
  };

  open(): void {
    this.#gate.resolve();
  }
}

/** Calls `start` with 0, 1, 2 … and keeps the promises until they are to end. */
export function pendingCalls(count: number, gate: Gate, start: (x: number) => Promise<number>): Holding {
  const results: Promise<number>[] = new Array(count);
  return {
    async fill() {
      for (let i = 0; i < count; i += 1) results[i] = start(i);
    },
    async finish() {
      gate.open();
      let sum = 0;
      for (const result of results) sum += await result;
      if (sum !== (count * (count + 1)) / 2) throw new Error(`wrong sum of results: ${sum}`);
    },
  };
}
