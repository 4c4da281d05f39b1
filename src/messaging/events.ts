import type { ErrorRecord } from '../kernel/errors.ts';

/** What happens in the message broker. */
export type MessageEvent =
  | {
      readonly type: 'message.published';
      readonly at: number;
      readonly topic: string;
      readonly messageId: string;
    }
  | {
      readonly type: 'message.broadcast';
      readonly at: number;
      readonly pattern: string;
      /** How many responders it was handed to. */
      readonly receivers: number;
    }
  | {
      /** A subscriber threw or rejected. */
      readonly type: 'message.handler-failed';
      readonly at: number;
      readonly topic: string;
      readonly pattern: string;
      readonly messageId: string;
      readonly error: ErrorRecord;
    }
  | {
      readonly type: 'request.sent';
      readonly at: number;
      readonly topic: string;
      readonly messageId: string;
    }
  | {
      readonly type: 'request.completed';
      readonly at: number;
      readonly topic: string;
      readonly messageId: string;
    }
  | {
      /** It failed, timed out or was cancelled; `error` tells which. */
      readonly type: 'request.failed';
      readonly at: number;
      readonly topic: string;
      readonly messageId: string;
      readonly error: ErrorRecord;
    }
  | {
      /** An answer came after its request had ended. */
      readonly type: 'reply.dropped';
      readonly at: number;
      readonly topic: string;
      readonly messageId: string;
    };
