import {
  MessageBroker,
  type MessageBrokerOptions,
  type RequestContext,
  type RespondOptions,
} from '../../src/index.ts';
import { FakeClock } from '../../src/testing/index.ts';
import { Desk } from './desk.ts';

/** A broker on a clock that stands still, with one responder at the topic `desk` that works when the test says so. */
export function brokerWithDesk(options: MessageBrokerOptions = {}, limits: RespondOptions = {}) {
  const clock = new FakeClock();
  const broker = new MessageBroker({ clock, ...options });
  const desk = new Desk<unknown, RequestContext>();
  const end = broker.respond('desk', desk.handle, limits);
  return { clock, broker, desk, end };
}

/** What may be left of a broker at rest. */
export function leftOf(broker: MessageBroker, clock: FakeClock) {
  const { pending, waiting, active } = broker.stats();
  return { pending, waiting, active, timers: clock.pendingTimers };
}

/** Nothing. */
export const NOTHING = { pending: 0, waiting: 0, active: 0, timers: 0 };
