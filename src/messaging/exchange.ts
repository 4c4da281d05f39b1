import { CancelledError } from '../kernel/errors.ts';
import { Pending } from '../kernel/pending.ts';
import type { Runtime } from '../kernel/runtime.ts';
import type { Message } from './message.ts';
import type { Reply } from './transport.ts';

/** The sender's side of one request, from acceptance to its one outcome. */
export abstract class Exchange extends Pending implements Reply {
  readonly message: Message;

  constructor(runtime: Runtime, message: Message) {
    super(runtime);
    this.message = message;
  }

  protected cancellation(reason: unknown): Error {
    return new CancelledError(`request "${this.message.topic}"`, reason);
  }
}
