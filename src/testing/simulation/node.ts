import type { Agent, Clock, Coordinator, HandlerContext, Store } from '../../index.ts';
import { Life, type SimulatedOptions, type Surroundings } from './life.ts';

/** As many lives of one node go on at once: one that begins anew, beside two that others believe dead. */
const MOST_LIVES = 3;

/**
 * A process in a simulation: it has a coordinator, and may crash and begin anew, stand still, and be started a second
 * time.
 *
 * `coordinator`, `agent`, `step`, `store` and `clock` are those of the life that the node has when they are called; what
 * `start` needs later it takes before it waits for anything.
 */
export class SimulatedNode {
  /** As it was given. */
  readonly name: string;
  readonly #surroundings: Surroundings;
  readonly #start: ((node: SimulatedNode) => void) | undefined;
  #restarts = 0;
  /** The last one that has begun. */
  #life: Life;
  /** Those that go on, the oldest first. */
  #lives: readonly Life[];

  /** @internal */
  constructor(name: string, surroundings: Surroundings, start: ((node: SimulatedNode) => void) | undefined) {
    this.name = name;
    this.#surroundings = surroundings;
    this.#start = start;
    this.#life = new Life(name, name, this, surroundings);
    this.#lives = [this.#life];
  }

  /** Its clock in this life, for code that waits on it: what waits there stands still and crashes with it. */
  get clock(): Clock {
    return this.#life.clock;
  }

  /** Its coordinator in this life; undefined while it is down. */
  get current(): Coordinator | undefined {
    return this.#life.clock.stopped ? undefined : this.#life.current;
  }

  /** Times that it began anew: after a crash, or beside itself. */
  get restarts(): number {
    return this.#restarts;
  }

  /** True while it stands still. What it is asked meanwhile it does when it goes on. */
  get frozen(): boolean {
    return this.#life.clock.frozen;
  }

  /** @internal */
  get canRestart(): boolean {
    return this.#start !== undefined;
  }

  /** @internal Its lives that go on, the oldest first. */
  get lives(): readonly Life[] {
    return this.#lives;
  }

  /** @internal Tells whether it may be started a second time. */
  get canDouble(): boolean {
    return !this.#life.clock.stopped && this.#lives.length < MOST_LIVES;
  }

  /** Makes its coordinator. @throws what `new Coordinator` throws. */
  coordinator(options: SimulatedOptions = {}): Coordinator {
    return this.#life.coordinator(options);
  }

  /**
   * Its connection to a store that outlives it. Each call takes its way to the store and back in virtual time: a node that
   * crashes on the way there has changed nothing, one that crashes on the way back never hears what it has changed.
   *
   * Calls about one stream or one record arrive in their order, others and all answers in any. Closing it leaves the store
   * open.
   */
  store(store: Store): Store {
    return this.#life.store(store);
  }

  /** An agent that lives on this node and meets the faults; for agents that are registered later. */
  agent<A extends Agent<never, unknown>>(agent: A): A {
    return this.#life.agent(agent);
  }

  /**
   * A function that runs on this node and meets the faults; for steps that are plain code, responders and the like.
   *
   * @typeParam H The function's type.
   */
  step<H extends (input: never, context: HandlerContext) => unknown>(name: string, handler: H): H {
    return this.#life.step(name, handler);
  }

  /**
   * Ends the process at this very moment: its timers never ring, it sends and hears nothing any more, and whoever waits
   * for its promises waits for ever. Whatever it kept in memory is lost.
   *
   * @param restartAfterMs Begins anew then.
   */
  crash(restartAfterMs: number): void {
    if (this.#life.clock.stopped) return;
    this.end(this.#life);
    this.#surroundings.world.plan(restartAfterMs, `${this.name} begins anew`, () => this.restart());
  }

  /** Begins anew at once, if it is down. */
  restart(): void {
    if (this.#life.clock.stopped) this.#begin();
  }

  /**
   * Stops the process for so many milliseconds, as `SIGSTOP` does: its timers do not ring, and messages and answers
   * wait. Then it goes on with all of them. What it has sent before goes its way.
   */
  freeze(ms: number): void {
    this.#life.freeze(ms);
  }

  /**
   * Starts it a second time, as whoever takes a live process for dead does. The life that it had goes on untouched until
   * it crashes or is closed; {@link current} is the new one, and so is whom other nodes reach. Does nothing while it is
   * down.
   */
  startSecond(): void {
    if (this.#life.clock.stopped) return;
    this.#surroundings.world.log(`${this.name} is started a second time`);
    this.#begin();
  }

  /** @internal */
  start(): void {
    this.#start?.(this);
  }

  /** @internal Goes on, whatever has stopped it. */
  recover(): void {
    for (const life of this.#lives) life.thaw();
    this.restart();
  }

  /** @internal Ends one of its lives, after which none begins. */
  end(life: Life): void {
    life.stop();
    this.#lives = this.#lives.filter((other) => other !== life);
  }

  /** @internal Tells the life that it has now from its former ones. */
  isCurrent(life: Life): boolean {
    return life === this.#life;
  }

  #begin(): void {
    this.#restarts++;
    this.#life = new Life(this.name, `${this.name}.${this.#restarts}`, this, this.#surroundings);
    this.#lives = [...this.#lives, this.#life];
    this.start();
  }
}
