/** A stretch of time in which an agent worked, in milliseconds since the start. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  /** How much of the stretch was work: more than 0, at most 1. */
  readonly load: number;
}

/** What one agent did over the whole run. */
export interface Lane {
  readonly agent: string;
  readonly bars: readonly Bar[];
  /** When attempts failed, in milliseconds since the start; one for each stretch at most. */
  readonly failures: readonly number[];
}

const SLOTS = 240;

/** Loads are told apart in steps of a quarter. */
const STEPS = 4;

interface Slots {
  readonly busyMs: Float64Array;
  readonly failures: Uint32Array;
}

/**
 * Who worked when, in a fixed number of time slots an agent. When the run outgrows them, every slot becomes
 * twice as wide, so a run of any length and any number of tasks takes the same memory.
 */
export class Timeline {
  readonly #startedAt: number;
  readonly #lanes = new Map<string, Slots>();
  #slotMs = 1;

  /** @param startedAt epoch milliseconds at which the picture begins. */
  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** Records that `agent` worked between two points in time. */
  work(agent: string, from: number, to: number): void {
    const start = Math.max(0, from - this.#startedAt);
    const end = Math.max(start, to - this.#startedAt);
    const { busyMs } = this.#laneUpTo(agent, end);
    for (let slot = this.#slotOf(start); slot <= this.#slotOf(end); slot++) {
      const overlap = Math.min(end, (slot + 1) * this.#slotMs) - Math.max(start, slot * this.#slotMs);
      // Work of no measurable length still shows.
      busyMs[slot] = (busyMs[slot] ?? 0) + Math.max(overlap, 0.01);
    }
  }

  /** Records that an attempt of `agent` failed. */
  fail(agent: string, at: number): void {
    const offset = Math.max(0, at - this.#startedAt);
    const { failures } = this.#laneUpTo(agent, offset);
    const slot = this.#slotOf(offset);
    failures[slot] = (failures[slot] ?? 0) + 1;
  }

  /** The lanes of all agents, in the order in which they first worked. */
  lanes(): Lane[] {
    return [...this.#lanes].map(([agent, slots]) => ({
      agent,
      bars: this.#bars(slots.busyMs),
      failures: [...slots.failures].flatMap((many, slot) => (many > 0 ? [(slot + 0.5) * this.#slotMs] : [])),
    }));
  }

  #bars(busyMs: Float64Array): Bar[] {
    const bars: Bar[] = [];
    busyMs.forEach((busy, slot) => {
      if (busy === 0) return;
      const load = Math.min(1, Math.ceil((busy / this.#slotMs) * STEPS) / STEPS);
      const from = slot * this.#slotMs;
      const last = bars.at(-1);
      if (last && last.to === from && last.load === load)
        bars[bars.length - 1] = { ...last, to: from + this.#slotMs };
      else bars.push({ from, to: from + this.#slotMs, load });
    });
    return bars;
  }

  #laneUpTo(agent: string, offset: number): Slots {
    while (this.#slotOf(offset) >= SLOTS) {
      this.#slotMs *= 2;
      for (const { busyMs, failures } of this.#lanes.values()) {
        fold(busyMs);
        fold(failures);
      }
    }
    const known = this.#lanes.get(agent);
    const lane = known ?? { busyMs: new Float64Array(SLOTS), failures: new Uint32Array(SLOTS) };
    if (!known) this.#lanes.set(agent, lane);
    return lane;
  }

  #slotOf(offset: number): number {
    return Math.floor(offset / this.#slotMs);
  }
}

function fold(slots: Float64Array | Uint32Array): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    slots[slot] = slot < SLOTS / 2 ? (slots[2 * slot] ?? 0) + (slots[2 * slot + 1] ?? 0) : 0;
  }
}
