import type { ErrorRecord } from '../kernel/errors.ts';

/**
 * What every event of one message tells.
 *
 * @inline
 */
interface DeliveryFacts {
  /** When it happened, in epoch milliseconds. */
  readonly at: number;
  /** Where the message is addressed. */
  readonly topic: string;
  /** The message's id: the same in every event of one request. */
  readonly messageId: string;
}

/** What happens in the message broker. */
export type MessageEvent =
  | (DeliveryFacts & {
      /** A message was accepted, and is on its way to its subscribers. */
      readonly type: 'message.published';
    })
  | {
      /** A body was accepted, and is on its way to every responder that matches. */
      readonly type: 'message.broadcast';
      /** When it happened, in epoch milliseconds. */
      readonly at: number;
      /** Which responders it is for. */
      readonly pattern: string;
      /** How many responders it was handed to. */
      readonly receivers: number;
    }
  | (DeliveryFacts & {
      /** A subscriber threw or rejected. */
      readonly type: 'message.handler-failed';
      /** The pattern that it subscribed to. */
      readonly pattern: string;
      /** What it threw or rejected with. */
      readonly error: ErrorRecord;
    })
  | (DeliveryFacts & {
      /** A request was accepted, and its time has begun. */
      readonly type: 'request.sent';
    })
  | (DeliveryFacts & {
      /** The answer came in time. */
      readonly type: 'request.completed';
    })
  | (DeliveryFacts & {
      /** It failed or timed out; `error` tells which. */
      readonly type: 'request.failed';
      /** What the request was rejected with. */
      readonly error: ErrorRecord;
    })
  | (DeliveryFacts & {
      /** Somebody gave it up: its sender, or the broker as it closed. */
      readonly type: 'request.cancelled';
    })
  | (DeliveryFacts & {
      /** An answer came after its request had ended. */
      readonly type: 'reply.dropped';
    });
