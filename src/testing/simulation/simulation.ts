import {
  type Agent,
  CadreError,
  type Clock,
  type Coordinator,
  type Duration,
  durationMs,
  type HandlerContext,
  InvalidOptionsError,
  memoryStore,
  type Store,
} from '../../index.ts';
import { describeLeftovers, leftoversOf } from '../at-rest.ts';
import { Network } from '../faults/network.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Life, SimulatedOptions, Surroundings } from './life.ts';
import { SimulatedNode } from './node.ts';
import type { World } from './world.ts';
import { WorldClock } from './world-clock.ts';

/** Something that has to hold after every happening. */
interface Check {
  readonly what: string;
  readonly holds: () => unknown;
}

/** Something that is waited for. */
interface Hope {
  readonly holds: () => boolean;
  readonly resolve: () => void;
}

/** One simulation, as its scenario sees it. */
export class Simulation {
  /** What everything in it depends on. */
  readonly seed: number;
  readonly #world: World;
  readonly #faults: FaultPlan;
  readonly #network: Network;
  readonly #nodes: SimulatedNode[] = [];
  readonly #stores: Store[] = [];
  readonly #checks: Check[] = [];
  readonly #hopes = new Set<Hope>();
  readonly #longestMs: number;
  /** Where that runs which belongs to no coordinator. */
  readonly #scenery: SimulatedNode;
  /** Its time: for agents that wait, and for parts of the system that take a `Clock`. */
  readonly clock: Clock;

  /** @internal */
  constructor(seed: number, world: World, faults: FaultPlan, longestMs: number) {
    this.seed = seed;
    this.#longestMs = longestMs;
    this.#world = world;
    this.#faults = faults;
    const clock = new WorldClock(world, 'scenario');
    this.clock = clock;
    this.#network = new Network(faults, clock);
    this.#scenery = this.#addNode('scenario', this.#network, undefined);
  }

  /** How many happenings there were. */
  get events(): number {
    return this.#world.events;
  }

  /** A number from 0 (included) to 1 (excluded), from the seed. */
  random(): number {
    return this.#world.random.next();
  }

  /**
   * Makes a coordinator on virtual time, with a transport of its own on which messages meet the faults, with agents whose
   * handlers do, and with a connection to its store on which calls do. Closed when the simulation is over.
   *
   * @throws what `new Coordinator` throws.
   */
  coordinator(options: SimulatedOptions = {}): Coordinator {
    const network = new Network(this.#faults, this.clock);
    return this.#addNode(`house${this.#nodes.length}`, network, undefined).coordinator(options);
  }

  /**
   * Adds a node: a process that may crash, in a network with the other nodes.
   *
   * @param start Called now, after every crash, and when it is started a second time; makes the node's coordinator with
   * `node.coordinator(options)`, from what was stored, if anything was.
   */
  node(name: string, start: (node: SimulatedNode) => void): SimulatedNode {
    const node = this.#addNode(name, this.#network, start);
    node.start();
    return node;
  }

  /**
   * A store that belongs to no node and lives as long as the simulation: what a node stored there is there after its
   * crash. Nodes and coordinators that are given it get a connection each, on which calls take time and meet the faults;
   * who calls this object itself waits for nothing, and so can look at what is stored.
   *
   * @param store The store itself; a `memoryStore` on the simulation's time if left out. Closed when the simulation is over.
   */
  store(store?: Store): Store {
    const clock = new WorldClock(this.#world, `store${this.#stores.length}`);
    const kept = store ?? memoryStore({ clock });
    this.#stores.push(kept);
    return kept;
  }

  /** An agent that meets the faults of handlers; for agents that are registered later. */
  agent<A extends Agent<never, unknown>>(agent: A): A {
    return this.#scenery.agent(agent);
  }

  /**
   * A function that meets the faults of handlers; for steps that are plain code, responders and the like.
   *
   * @typeParam H The function's type.
   */
  step<H extends (input: never, context: HandlerContext) => unknown>(name: string, handler: H): H {
    return this.#scenery.step(name, handler);
  }

  /** Waits `time` of virtual time. Everything that is due meanwhile happens. */
  advance(time: Duration): Promise<void> {
    return new Promise((resolve) => {
      this.#world.plan(finite('advance', time), 'the scenario goes on', resolve);
    });
  }

  /**
   * Demands that something holds from now on, after every happening.
   *
   * @param what Says what, for the report.
   * @param holds Returns false or throws when it does not.
   */
  check(what: string, holds: () => unknown): void {
    this.#checks.push({ what, holds });
  }

  /**
   * Demands that something comes true in the end: faults strike no more from now on, what was cut off is mended, and
   * the promise resolves as soon as `holds` returns true.
   *
   * @param within Virtual time that it may take. @default '1h'
   */
  eventually(what: string, holds: () => boolean, within: Duration = '1h'): Promise<void> {
    this.calmDown();
    return new Promise((resolve, reject) => {
      const late = this.#world.plan(finite('eventually', within), `"${what}" is overdue`, () => {
        this.#hopes.delete(hope);
        reject(new CheckFailedError(`never came true: ${what}`));
      });
      const hope: Hope = {
        holds,
        resolve: () => {
          this.#world.cancel(late);
          this.#hopes.delete(hope);
          resolve();
        },
      };
      this.#hopes.add(hope);
    });
  }

  /** Adds a line to the log that a failure shows, and to the digest. */
  log(text: string): void {
    this.#world.log(`- ${text}`);
  }

  /** @internal Strikes between two happenings, then looks whether all is as it should be. */
  afterEvent(): void {
    this.#strike();
    for (const { what, holds } of this.#checks) demand(what, holds);
  }

  /** @internal Tells those who wait for something that has come true by now; false when there is nobody. */
  fulfilHopes(): boolean {
    let any = false;
    for (const hope of this.#hopes) {
      if (!hope.holds()) continue;
      hope.resolve();
      any = true;
    }
    return any;
  }

  /** @internal Nothing goes wrong from now on. */
  calmDown(): void {
    this.#faults.end();
    for (const node of this.#nodes) this.#network.mend(node.name);
    for (const node of this.#nodes) node.recover();
  }

  /** @internal What is still under way, in words; empty when everything is at rest. */
  leftovers(): string[] {
    return this.#lives().flatMap(({ name, current, clock }) => {
      const leftovers = current === undefined ? [] : leftoversOf(current, { clock });
      return leftovers.length === 0 ? [] : [`${name}: ${describeLeftovers(leftovers)}`];
    });
  }

  /** @internal Closes what is open: the coordinators, then what they stored in. */
  async close(): Promise<void> {
    await Promise.all(this.#lives().map(({ current }) => current?.close()));
    await Promise.all(this.#stores.map((store) => store.close()));
  }

  /** All lives of all nodes that have not ended. */
  #lives(): Life[] {
    return this.#nodes.flatMap(({ lives }) => lives);
  }

  #addNode(
    name: string,
    network: Network,
    start: ((node: SimulatedNode) => void) | undefined,
  ): SimulatedNode {
    if (this.#nodes.some((node) => node.name === name)) {
      throw new InvalidOptionsError('simulation.node', 'name', 'a name of its own', name);
    }
    const surroundings: Surroundings = {
      world: this.#world,
      network,
      faults: this.#faults,
      longestMs: this.#longestMs,
    };
    const node = new SimulatedNode(name, surroundings, start);
    this.#nodes.push(node);
    return node;
  }

  /** What strikes the whole system, and not one call of it. */
  #strike(): void {
    const stall = this.#faults.strike('loopStall', 'the event loop');
    if (stall !== undefined) this.#world.stall(stall.ms);
    const jump = this.#faults.strike('wallJump', 'the wall clock');
    if (jump !== undefined) this.#world.wallJump += jump.after ? jump.ms : -jump.ms;
    for (const node of this.#nodes) if (node.canRestart) this.#strikeAt(node);
  }

  #strikeAt(node: SimulatedNode): void {
    const { name } = node;
    const partition = this.#faults.strike('partition', name);
    if (partition !== undefined) {
      this.#network.cut(name);
      this.#world.plan(partition.ms, `${name} is connected again`, () => this.#network.mend(name));
    }
    const crash = this.#faults.strike('crash', name);
    if (crash !== undefined) node.crash(crash.ms);
    this.#strikeAtLives(node);
    if (!node.canDouble) return;
    if (this.#faults.strike('secondOwner', name) !== undefined) node.startSecond();
  }

  #strikeAtLives(node: SimulatedNode): void {
    for (const life of node.lives) {
      // One that others believe dead does not begin anew.
      if (!node.isCurrent(life) && this.#faults.strike('crash', life.name) !== undefined) node.end(life);
      if (!life.clock.running) continue;
      const freeze = this.#faults.strike('freeze', life.name);
      if (freeze !== undefined) life.freeze(freeze.ms);
    }
  }
}

/** Something that a simulation demands does not hold; what a check threw is `cause`. */
export class CheckFailedError extends CadreError<'CHECK_FAILED'> {
  readonly code = 'CHECK_FAILED' as const;
}

function demand(what: string, holds: () => unknown): void {
  try {
    if (holds() !== false) return;
  } catch (cause) {
    throw new CheckFailedError(`does not hold: ${what}`, { cause });
  }
  throw new CheckFailedError(`does not hold: ${what}`);
}

function finite(where: string, time: Duration): number {
  const ms = durationMs(time);
  if (ms !== undefined && Number.isFinite(ms)) return ms;
  throw new InvalidOptionsError(`simulation.${where}`, 'time', 'a finite duration', time);
}
