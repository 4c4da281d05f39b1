import {
  MessageBroker,
  type MessageBrokerOptions,
  type RequestContext,
  type RespondOptions,
} from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { Desk } from './desk.ts';

/** A broker on a clock that stands still, and who works at its topic `desk`. */
export interface BrokerWithDesk {
  readonly clock: FakeClock;
  readonly broker: MessageBroker;
  readonly desk: Desk<unknown, RequestContext>;
  /** Ends the responder. */
  readonly end: () => void;
}

/** Makes a broker with one responder, at the topic `desk`, that works when the test says so. */
export function brokerWithDesk(
  options: MessageBrokerOptions = {},
  limits: RespondOptions = {},
): BrokerWithDesk {
  const clock = new FakeClock();
  const broker = new MessageBroker({ clock, ...options });
  const desk = new Desk<unknown, RequestContext>();
  const end = broker.respond('desk', desk.handle, limits);
  return { clock, broker, desk, end };
}

/** What is under way, and how many timers would keep the process alive. */
export interface Left {
  readonly pending: number;
  readonly waiting: number;
  readonly active: number;
  readonly timers: number;
}

/** What is left of a broker that should be at rest. */
export function leftOf(broker: MessageBroker, clock: FakeClock): Left {
  const { pending, waiting, active } = broker.stats();
  return { pending, waiting, active, timers: clock.pendingTimers };
}

/** Nothing is left. */
export const NOTHING: Left = { pending: 0, waiting: 0, active: 0, timers: 0 };
