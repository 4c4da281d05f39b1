import { CadreError } from '../kernel/errors.ts';

/** Nobody responds to the topic of a request. */
export class NoResponderError extends CadreError<'NO_RESPONDER'> {
  readonly code = 'NO_RESPONDER' as const;
  /** The topic of the request. */
  readonly topic: string;

  constructor(topic: string) {
    super(`Nobody responds to "${topic}"`, { retryable: true });
    this.topic = topic;
  }
}

/** A topic has a responder already; a request goes to one. */
export class TopicTakenError extends CadreError<'TOPIC_TAKEN'> {
  readonly code = 'TOPIC_TAKEN' as const;
  /** The topic that has a responder. */
  readonly topic: string;

  constructor(topic: string) {
    super(`Somebody responds to "${topic}" already`);
    this.topic = topic;
  }
}
