import {
  type Agent,
  type Clock,
  type Duration,
  durationMs,
  type HandlerContext,
  InvalidOptionsError,
  type Store,
  systemClock,
  type Transport,
} from '../../index.ts';
import type { FaultSource, LocalFault, LocalFaultKind } from './fault.ts';
import { faultyHandler, type Handler, withHandler } from './faulty-agent.ts';
import { faultyStore } from './faulty-store.ts';
import { Network } from './network.ts';
import { NetworkEnd } from './network-end.ts';

/** Options of {@link Faults}. */
export interface FaultsOptions {
  /** Where time comes from: the clock of the coordinator. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** What is to go wrong at one place. */
interface Orders {
  /** Calls that are still to fail. */
  failures: number;
  error: unknown;
  after: boolean;
  /** Calls that are still to hang. */
  hangs: number;
  /** How much longer each call takes. */
  latencyMs: number;
  /** Messages that are still to be lost. */
  drops: number;
  /** Requests that are still to come twice. */
  repeats: number;
  dead: boolean;
}

/**
 * Things that go wrong when the test says so: in tests on a `FakeClock`, and in a running system on trial.
 *
 * Give a coordinator agents, a transport and a store from here; then order what is to happen to them, by the agent's name,
 * the message's topic or the store's name. Nothing goes wrong that was not ordered.
 */
export class Faults {
  readonly #clock: Clock;
  readonly #orders = new Map<string, Orders>();
  readonly #network: Network;
  readonly #cut = new Set<string>();
  readonly #source: FaultSource;
  #struck = 0;

  constructor({ clock = systemClock }: FaultsOptions = {}) {
    this.#clock = clock;
    this.#source = { strike: (kind, where) => this.#strike(kind, where) };
    this.#network = new Network(this.#source, clock);
  }

  /** How many faults have struck. */
  get struck(): number {
    return this.#struck;
  }

  /** The same agent, to which things can happen. */
  agent<A extends Agent<never, unknown>>(agent: A): A {
    return withHandler(agent, (name, handler) => this.step(name, handler));
  }

  /**
   * The same function, to which things can happen by `name`; for steps that are plain code, responders and the like.
   *
   * @typeParam H The function's type.
   */
  step<H extends (input: never, context: HandlerContext) => unknown>(name: string, handler: H): H {
    const dead = (input: never, context: HandlerContext): unknown =>
      this.#orders.get(name)?.dead ? new Promise(() => {}) : (faulty as Handler)(input, context);
    const faulty = faultyHandler(name, handler, this.#source, this.#clock);
    return dead as H;
  }

  /**
   * A transport in memory, to which things can happen. Those with the names of different nodes are connected.
   *
   * @param node What `partition` calls it.
   */
  transport(node = 'node'): Transport {
    const run = (work: () => void): void => work();
    const host = { node, owner: {}, clock: this.#clock, takesIn: true, takeIn: run, perform: run };
    return new NetworkEnd(this.#network, host);
  }

  /**
   * The same store, to which things can happen by `name`, and to one of its methods by a name such as
   * `store.journal.append` or `store.records.get`.
   */
  store(store: Store, name = 'store'): Store {
    const strike: FaultSource['strike'] = (kind, where) =>
      this.#strike(kind, name) ?? this.#strike(kind, where);
    return faultyStore(name, store, { strike }, this.#clock);
  }

  /**
   * Lets the next calls of a handler or a store fail.
   *
   * @param times How many. @param options `error`: what is thrown, an `InjectedFaultError` if left out, of a store a
   * `StoreError` with that as its cause; `after`: the handler does its work first, or the store has its effect, so that
   * only the answer is lost.
   */
  failNext(
    name: string,
    times = 1,
    options: { readonly error?: unknown; readonly after?: boolean } = {},
  ): void {
    const orders = this.#at(name);
    orders.failures = count('failNext', times);
    orders.error = options.error;
    orders.after = options.after ?? false;
  }

  /** Lets the next calls of a handler never settle, whatever their signal says. */
  hangNext(name: string, times = 1): void {
    this.#at(name).hangs = count('hangNext', times);
  }

  /** Lets every call of a handler or a store, or every message to a topic, take so much longer; 0 ends it. */
  latency(name: string, time: Duration): void {
    const ms = durationMs(time);
    if (ms === undefined || !Number.isFinite(ms)) {
      throw new InvalidOptionsError('Faults.latency', 'time', 'a finite duration', time);
    }
    this.#at(name).latencyMs = ms;
  }

  /** Lets the next messages and requests to a topic be lost. An agent's topic is `agent.` and its name. */
  drop(topic: string, times = 1): void {
    this.#at(topic).drops = count('drop', times);
  }

  /** Lets the next requests to a topic come twice. */
  repeat(topic: string, times = 1): void {
    this.#at(topic).repeats = count('repeat', times);
  }

  /** Lets every call of a handler from now on hang, or every call of a store fail without effect, until {@link revive}. */
  kill(name: string): void {
    this.#at(name).dead = true;
  }

  /** Ends that for new calls. */
  revive(name: string): void {
    this.#at(name).dead = false;
  }

  /** Cuts these nodes off from all others, until {@link heal}. */
  partition(...nodes: readonly string[]): void {
    for (const node of nodes) {
      this.#cut.add(node);
      this.#network.cut(node);
    }
  }

  /** Connects all nodes again. */
  heal(): void {
    for (const node of this.#cut) this.#network.mend(node);
    this.#cut.clear();
  }

  /** Takes back everything that was ordered. */
  clear(): void {
    this.#orders.clear();
    this.heal();
  }

  #at(name: string): Orders {
    let orders = this.#orders.get(name);
    if (orders === undefined) {
      orders = {
        failures: 0,
        error: undefined,
        after: false,
        hangs: 0,
        latencyMs: 0,
        drops: 0,
        repeats: 0,
        dead: false,
      };
      this.#orders.set(name, orders);
    }
    return orders;
  }

  #strike(kind: LocalFaultKind, where: string): LocalFault | undefined {
    const orders = this.#orders.get(where);
    if (orders === undefined || !isDue(kind, orders)) return undefined;
    const id = `${kind}#${++this.#struck}`;
    const { latencyMs: ms, error, after, dead } = orders;
    return dead ? { id, ms, error: undefined, after: false } : { id, ms, error, after };
  }
}

/** Tells whether something was ordered; what was ordered for a number of times is used up by it. */
function isDue(kind: LocalFaultKind, orders: Orders): boolean {
  switch (kind) {
    case 'handlerError':
      return orders.failures > 0 && orders.failures-- > 0;
    case 'storeError':
      return orders.dead || (orders.failures > 0 && orders.failures-- > 0);
    case 'handlerHang':
      return orders.hangs > 0 && orders.hangs-- > 0;
    case 'messageLost':
      return orders.drops > 0 && orders.drops-- > 0;
    case 'messageDuplicated':
      return orders.repeats > 0 && orders.repeats-- > 0;
    case 'handlerSlow':
    case 'messageDelayed':
    case 'storeSlow':
      return orders.latencyMs > 0;
    case 'messageReordered':
      return false;
  }
}

function count(method: string, times: number): number {
  if (Number.isSafeInteger(times) && times >= 0) return times;
  throw new InvalidOptionsError(`Faults.${method}`, 'times', 'a whole number from 0 up', times);
}
