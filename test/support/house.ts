import {
  type CadreEvent,
  Coordinator,
  type CoordinatorOptions,
  defineAgent,
  type HandlerContext,
} from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { Desk } from './desk.ts';

/** A coordinator on a clock that stands still. */
export function houseWith(options: CoordinatorOptions = {}) {
  const clock = new FakeClock();
  return { clock, house: new Coordinator({ clock, ...options }) };
}

/** What an agent of a test may be given, beside its handler. */
export type AgentFacts = Omit<Parameters<typeof defineAgent<string>>[1], 'handle' | 'capabilities'> & {
  readonly capabilities?: readonly string[];
};

/** An agent that serves `work`, or what is said, and works when the test says so. */
export function deskAgent(name: string, facts: AgentFacts = {}) {
  const desk = new Desk<unknown, HandlerContext>();
  const agent = defineAgent(name, { capabilities: ['work'], ...facts, handle: desk.handle });
  return { agent, desk };
}

/** An agent that answers with its own name. */
export function namedAgent(name: string, facts: AgentFacts = {}) {
  return defineAgent(name, { capabilities: ['work'], ...facts, handle: () => name });
}

/** The requirement that every agent of {@link deskAgent} and {@link namedAgent} fulfils. */
export const WORK = { capabilities: ['work'] };

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
