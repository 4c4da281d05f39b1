import type { Clock, Timer } from '../../index.ts';
import type { Happening } from './schedule.ts';
import type { World } from './world.ts';

/**
 * The clock of one process in a simulation, and so what decides whether the process runs, stands still or is gone.
 *
 * While it stands still its timers do not ring, and what comes from outside waits.
 */
export class WorldClock implements Clock {
  readonly #world: World;
  readonly #name: string;
  #ids = 0;
  readonly #timers = new Set<WorldTimer>();
  /** What came from outside and has not been taken in, the first first. */
  #waiting: (() => void)[] = [];
  /** What it is to do as soon as it goes on. */
  #postponed: (() => void)[] = [];
  /** The turns that are planned for those that wait; none while the process stands still. */
  readonly #turns = new Set<Happening>();
  #stopped = false;
  #frozenAt: number | undefined;

  constructor(world: World, name: string) {
    this.#world = world;
    this.#name = name;
  }

  /** Timers that would keep a process alive, what it has not taken in, and what it has yet to do. */
  get pendingTimers(): number {
    let pending = this.#waiting.length + this.#postponed.length;
    for (const timer of this.#timers) if (timer.held) pending++;
    return pending;
  }

  /** True once the process is gone. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** True while the process stands still. */
  get frozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  /** True when the process runs. */
  get running(): boolean {
    return !this.#stopped && !this.frozen;
  }

  /** True when it takes in what comes at once. */
  get takesIn(): boolean {
    return this.running && this.#waiting.length === 0;
  }

  now(): number {
    return this.#world.wallTime();
  }
  monotonic(): number {
    return this.#world.now;
  }
  random(): number {
    return this.#world.random.next();
  }
  id(): string {
    return `${this.#name}x${++this.#ids}`;
  }

  schedule(callback: () => void, ms: number): Timer {
    return this.#add(callback, ms, `${this.#name} timer`, false);
  }

  /** Something is on its way that goes on while the process stands still, and does not when the process is gone. */
  travel(callback: () => void, ms: number, label: string): void {
    this.#add(callback, ms, `${this.#name} ${label}`, true);
  }

  /** Runs what comes from outside: at once, in its turn after the process stood still, never when it is gone. */
  takeIn(run: () => void): void {
    if (this.#stopped) return;
    if (this.takesIn) {
      run();
      return;
    }
    this.#waiting.push(run);
    if (!this.frozen) this.#planTurn(this.#world.now);
  }

  /** Runs what the process itself does: at once, as soon as it goes on when it stands still, never when it is gone. */
  perform(run: () => void): void {
    if (this.frozen) this.#postponed.push(run);
    else if (!this.#stopped) run();
  }

  /** The process stands still. */
  freeze(): void {
    this.#frozenAt = this.#world.now;
    for (const timer of this.#timers) if (!timer.isOutside) this.#unplan(timer);
    this.#unplanTurns();
  }

  /** It goes on. What was due meanwhile happens in the order in which it was due. */
  thaw(): void {
    const frozenAt = this.#frozenAt;
    if (frozenAt === undefined) return;
    this.#frozenAt = undefined;
    const postponed = this.#postponed;
    this.#postponed = [];
    for (const timer of this.#timers) if (!timer.isOutside) this.#plan(timer);
    // Timers or input first: that depends on where in its loop the process stood still.
    const at = this.#world.random.next() < 0.5 ? frozenAt : this.#world.now;
    for (const _ of this.#waiting) this.#planTurn(at);
    for (const run of postponed) run();
  }

  /** Takes back every timer, as the end of a process does. */
  stop(): void {
    this.#stopped = true;
    this.#frozenAt = undefined;
    for (const timer of this.#timers) timer.cancel();
    this.#unplanTurns();
    this.#waiting = [];
    this.#postponed = [];
  }

  #add(callback: () => void, ms: number, label: string, isOutside: boolean): Timer {
    const at = this.#world.now + Math.max(0, ms);
    const timer = new WorldTimer(at, label, isOutside, callback, () => {
      this.#timers.delete(timer);
      this.#unplan(timer);
    });
    // Code of a process that is gone may still run to its next wait; there it stays.
    if (this.#stopped) return timer;
    this.#timers.add(timer);
    if (isOutside || !this.frozen) this.#plan(timer);
    return timer;
  }

  #plan(timer: WorldTimer): void {
    timer.happening = this.#world.planAt(timer.at, timer.label, () => {
      this.#timers.delete(timer);
      timer.callback();
    });
  }

  #unplan(timer: WorldTimer): void {
    if (timer.happening !== undefined) this.#world.cancel(timer.happening);
  }

  /** Whichever turn comes first among those of one moment: the first that waits goes first. */
  #planTurn(at: number): void {
    const turn = this.#world.planAt(at, `${this.#name} takes in what came`, () => {
      this.#turns.delete(turn);
      this.#waiting.shift()?.();
    });
    this.#turns.add(turn);
  }

  #unplanTurns(): void {
    for (const turn of this.#turns) this.#world.cancel(turn);
    this.#turns.clear();
  }
}

class WorldTimer implements Timer {
  /** When it is due. */
  readonly at: number;
  readonly label: string;
  /** True for what goes on while the process stands still. */
  readonly isOutside: boolean;
  readonly callback: () => void;
  readonly cancel: () => void;
  /** Undefined until it is planned. */
  happening: Happening | undefined;
  held = true;

  constructor(at: number, label: string, isOutside: boolean, callback: () => void, cancel: () => void) {
    this.at = at;
    this.label = label;
    this.isOutside = isOutside;
    this.callback = callback;
    this.cancel = cancel;
  }

  ref(): void {
    this.held = true;
  }
  unref(): void {
    this.held = false;
  }
}
