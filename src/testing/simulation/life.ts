import {
  type Agent,
  type CadreEvent,
  Coordinator,
  type CoordinatorOptions,
  type HandlerContext,
  type Store,
} from '../../index.ts';
import type { FaultSource } from '../faults/fault.ts';
import { faultyHandler, withHandler } from '../faults/faulty-agent.ts';
import type { Host } from '../faults/host.ts';
import type { Network } from '../faults/network.ts';
import { NetworkEnd } from '../faults/network-end.ts';
import type { Happening } from './schedule.ts';
import { type StoreClient, StoreEnd } from './store-end.ts';
import type { World } from './world.ts';
import { WorldClock } from './world-clock.ts';

/** Options of a simulated coordinator: clock and transport are the simulation's. */
export type SimulatedOptions = Omit<CoordinatorOptions, 'clock' | 'messages' | 'store'> & {
  /** Those of the broker, without a transport. */
  readonly messages?: Omit<NonNullable<CoordinatorOptions['messages']>, 'transport'>;
  /** What outlives the node, such as `simulation.store()`; the coordinator gets a connection of its own to it. */
  readonly store?: Store | undefined;
};

/** What all lives in a simulation have in common. */
export interface Surroundings {
  readonly world: World;
  readonly network: Network;
  readonly faults: FaultSource;
  /** The longest time of a call of a handler, and of a way to a store or back. */
  readonly longestMs: number;
}

/** A process: one life of a node, from its beginning to its crash. */
export class Life implements Host, StoreClient {
  /** That of the node, with a number from the second life on. */
  readonly name: string;
  readonly node: string;
  readonly owner: object;
  readonly clock: WorldClock;
  readonly faults: FaultSource;
  /** Its coordinator; the last one, when it made several. */
  current: Coordinator | undefined;
  readonly #surroundings: Surroundings;
  readonly #end: NetworkEnd;
  readonly #stores: StoreEnd[] = [];
  #thaw: Happening | undefined;

  /** @param owner The same for all lives of one node. */
  constructor(node: string, name: string, owner: object, surroundings: Surroundings) {
    this.node = node;
    this.name = name;
    this.owner = owner;
    this.#surroundings = surroundings;
    this.faults = surroundings.faults;
    this.clock = new WorldClock(surroundings.world, name);
    this.#end = new NetworkEnd(surroundings.network, this);
  }

  get takesIn(): boolean {
    return this.clock.takesIn;
  }

  takeIn(run: () => void): void {
    this.clock.takeIn(run);
  }

  perform(run: () => void): void {
    this.clock.perform(run);
  }

  latencyMs(): number {
    const { world, longestMs } = this.#surroundings;
    return Math.floor(world.random.next() * (longestMs + 1));
  }

  coordinator({ store, ...options }: SimulatedOptions): Coordinator {
    const { clock } = this;
    const agents = options.agents?.map((agent) => this.agent(agent));
    const coordinator = new Coordinator({
      ...options,
      ...(agents && { agents }),
      ...(store && { store: this.store(store) }),
      clock,
      messages: { ...options.messages, transport: this.#end },
    });
    coordinator.events.onAny((event) => {
      if (!clock.stopped) this.#surroundings.world.log(`${this.name} ${inShort(event)}`);
    });
    this.current = coordinator;
    return coordinator;
  }

  store(store: Store): Store {
    const end = new StoreEnd(this, store);
    this.#stores.push(end);
    return end.store;
  }

  agent<A extends Agent<never, unknown>>(agent: A): A {
    return withHandler(agent, (name, handler) => this.step(name, handler));
  }

  step<H extends (input: never, context: HandlerContext) => unknown>(name: string, handler: H): H {
    const { clock } = this;
    const faulty = faultyHandler(name, handler, this.faults, clock);
    const here = async (input: never, context: HandlerContext): Promise<unknown> => {
      const latencyMs = this.latencyMs();
      if (!clock.running) await this.#running();
      let answer: unknown;
      try {
        answer = await faulty(input, context);
      } finally {
        if (latencyMs > 0) await new Promise<void>((resolve) => void clock.schedule(resolve, latencyMs));
        // A process that is gone neither answers nor fails, and one that stands still does so later.
        if (!clock.running) await this.#running();
      }
      return answer;
    };
    return here as unknown as H;
  }

  /** Stands still for so many milliseconds. */
  freeze(ms: number): void {
    if (this.clock.stopped || this.clock.frozen) return;
    const { world } = this.#surroundings;
    world.log(`${this.name} stands still`);
    this.clock.freeze();
    this.#thaw = world.plan(ms, `${this.name} goes on`, () => this.clock.thaw());
  }

  /** Goes on before that time is up. */
  thaw(): void {
    if (!this.clock.frozen) return;
    if (this.#thaw !== undefined) this.#surroundings.world.cancel(this.#thaw);
    this.#surroundings.world.log(`${this.name} goes on`);
    this.clock.thaw();
  }

  /** It ends at this very moment. */
  stop(): void {
    if (this.clock.stopped) return;
    this.#surroundings.world.log(`${this.name} crashes`);
    if (this.#thaw !== undefined) this.#surroundings.world.cancel(this.#thaw);
    this.clock.stop();
    this.#end.stop();
    for (const store of this.#stores) store.stop();
  }

  /** Never comes for one that is gone. A promise each: one for all would keep everybody who waits for it. */
  #running(): Promise<void> {
    return new Promise((resolve) => this.clock.perform(resolve));
  }
}

const SHOWN = ['agent', 'taskId', 'runId', 'step', 'topic', 'messageId', 'attempt', 'stopped'] as const;

function inShort(event: CadreEvent): string {
  const facts = event as unknown as Record<string, unknown>;
  let text = event.type;
  for (const name of SHOWN) if (facts[name] !== undefined) text += ` ${String(facts[name])}`;
  return text;
}
