import {
  type Agent,
  type CadreEvent,
  Coordinator,
  type CoordinatorOptions,
  defineAgent,
  type HandlerContext,
  type Requirement,
  type ServingAgentOptions,
} from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { Desk } from './desk.ts';

/** A coordinator, and the clock that stands still for it. */
export interface House {
  readonly clock: FakeClock;
  readonly house: Coordinator;
}

/** Makes a coordinator on a clock that stands still. */
export function houseWith(options: CoordinatorOptions = {}): House {
  const clock = new FakeClock();
  return { clock, house: new Coordinator({ clock, ...options }) };
}

/** What an agent of a test may be given, beside its handler. */
export type AgentFacts = Omit<Partial<ServingAgentOptions<string>>, 'handle'>;

/** An agent that works when the test says so, and its work. */
export interface DeskAgent {
  readonly agent: Agent;
  readonly desk: Desk<unknown, HandlerContext>;
}

/** An agent that serves `work`, or what is said, and works when the test says so. */
export function deskAgent(name: string, facts: AgentFacts = {}): DeskAgent {
  const desk = new Desk<unknown, HandlerContext>();
  const agent = defineAgent(name, { capabilities: ['work'], ...facts, handle: desk.handle });
  return { agent, desk };
}

/** An agent that answers with its own name. */
export function namedAgent(name: string, facts: AgentFacts = {}): Agent {
  return defineAgent(name, { capabilities: ['work'], ...facts, handle: () => name });
}

/** The requirement that every agent of {@link deskAgent} and {@link namedAgent} fulfils. */
export const WORK: Requirement = { capabilities: ['work'] };

/** Everything that happens from now on. */
export function record(house: Coordinator): CadreEvent[] {
  const events: CadreEvent[] = [];
  house.events.onAny((event) => events.push(event));
  return events;
}

/** The types of `events` that begin with `prefix`. */
export function types(events: readonly CadreEvent[], prefix = ''): string[] {
  return events.map(({ type }) => type as string).filter((type) => type.startsWith(prefix));
}
