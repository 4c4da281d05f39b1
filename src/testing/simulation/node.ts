import {
  type Agent,
  type CadreEvent,
  Coordinator,
  type CoordinatorOptions,
  type HandlerContext,
} from '../../index.ts';
import type { FaultSource } from '../faults/fault.ts';
import { faultyHandler, withHandler } from '../faults/faulty-agent.ts';
import { type Network, NetworkEnd } from '../faults/network.ts';
import { type World, WorldClock } from './world.ts';

/** Options of a simulated coordinator: clock and transport are the simulation's. */
export type SimulatedOptions = Omit<CoordinatorOptions, 'clock' | 'messages'> & {
  /** Those of the broker, without a transport. */
  readonly messages?: Omit<NonNullable<CoordinatorOptions['messages']>, 'transport'>;
};

/** A process in a simulation: it has a coordinator, and may crash and begin anew. */
export class SimulatedNode {
  /** As it was given. */
  readonly name: string;
  readonly #world: World;
  readonly #network: Network;
  readonly #faults: FaultSource;
  readonly #latencyMs: number;
  readonly #start: ((node: SimulatedNode) => void) | undefined;
  /** Times that it began anew; each life has a clock and an end of the network of its own. */
  #lives = 0;
  #clock: WorldClock;
  #end: NetworkEnd;
  #current: Coordinator | undefined;

  /** @internal */
  constructor(
    name: string,
    world: World,
    network: Network,
    faults: FaultSource,
    latencyMs: number,
    start: ((node: SimulatedNode) => void) | undefined,
  ) {
    this.name = name;
    this.#world = world;
    this.#network = network;
    this.#faults = faults;
    this.#latencyMs = latencyMs;
    this.#start = start;
    this.#clock = new WorldClock(world, name);
    this.#end = new NetworkEnd(network, name, this.#clock);
  }

  /** @internal Its clock in this life. */
  get clock(): WorldClock {
    return this.#clock;
  }

  /** Its coordinator in this life; undefined while it is down. */
  get current(): Coordinator | undefined {
    return this.#current;
  }

  /** Times that it crashed and began anew. */
  get restarts(): number {
    return this.#lives;
  }

  /** @internal */
  get canRestart(): boolean {
    return this.#start !== undefined;
  }

  /** Makes its coordinator. @throws what `new Coordinator` throws. */
  coordinator(options: SimulatedOptions = {}): Coordinator {
    const agents = options.agents?.map((agent) => this.agent(agent));
    const coordinator = new Coordinator({
      ...options,
      ...(agents && { agents }),
      clock: this.#clock,
      messages: { ...options.messages, transport: this.#end },
    });
    const clock = this.#clock;
    coordinator.events.onAny((event) => {
      if (!clock.stopped) this.#world.log(`${this.name} ${inShort(event)}`);
    });
    this.#current = coordinator;
    return coordinator;
  }

  /** An agent that lives on this node and meets the faults; for agents that are registered later. */
  agent<A extends Agent<never, unknown>>(agent: A): A {
    return withHandler(agent, (name, handler) => this.step(name, handler));
  }

  /**
   * A function that runs on this node and meets the faults; for steps that are plain code, responders and the like.
   *
   * @typeParam H The function's type.
   */
  step<H extends (input: never, context: HandlerContext) => unknown>(name: string, handler: H): H {
    const clock = this.#clock;
    const faulty = faultyHandler(name, handler, this.#faults, clock);
    const here = async (input: never, context: HandlerContext): Promise<unknown> => {
      const latencyMs = Math.floor(this.#world.random.next() * (this.#latencyMs + 1));
      if (clock.stopped) return forEver();
      let answer: unknown;
      try {
        answer = await faulty(input, context);
      } finally {
        if (latencyMs > 0) await new Promise<void>((resolve) => void clock.schedule(resolve, latencyMs));
        // A process that is gone neither answers nor fails.
        if (clock.stopped) await forEver();
      }
      return answer;
    };
    return here as unknown as H;
  }

  /**
   * Ends the process at this very moment: its timers never ring, it sends and hears nothing any more, and whoever waits
   * for its promises waits for ever. Whatever it kept in memory is lost.
   *
   * @param restartAfterMs Begins anew then.
   */
  crash(restartAfterMs: number): void {
    if (this.#clock.stopped) return;
    this.#world.log(`${this.name} crashes`);
    this.#current = undefined;
    this.#clock.stop();
    this.#end.stop();
    this.#world.plan(restartAfterMs, `${this.name} begins anew`, () => this.restart());
  }

  /** Begins anew at once, if it is down. */
  restart(): void {
    if (!this.#clock.stopped) return;
    this.#lives++;
    this.#clock = new WorldClock(this.#world, `${this.name}.${this.#lives}`);
    this.#end = new NetworkEnd(this.#network, this.name, this.#clock);
    this.start();
  }

  /** @internal */
  start(): void {
    this.#start?.(this);
  }
}

/** What is gone never comes. A promise each: one for all would keep everybody who waits for it. */
function forEver(): Promise<never> {
  return new Promise(() => {});
}

const SHOWN = ['agent', 'taskId', 'runId', 'step', 'topic', 'messageId', 'attempt', 'stopped'] as const;

function inShort(event: CadreEvent): string {
  const facts = event as unknown as Record<string, unknown>;
  let text = event.type;
  for (const name of SHOWN) if (facts[name] !== undefined) text += ` ${String(facts[name])}`;
  return text;
}
