export { MessageBroker, type MessageStats } from './broker.ts';
export { NoResponderError, TopicTakenError } from './errors.ts';
export type { MessageEvent } from './events.ts';
export type { RequestContext, RequestHandler } from './mailbox.ts';
export { memoryTransport } from './memory-transport.ts';
export { Message } from './message.ts';
export type { MessageBrokerOptions, PublishOptions, RequestOptions, RespondOptions } from './options.ts';
export type { MessageHandler } from './subscription.ts';
export {
  isNew,
  type Reply,
  type ReplyWatcher,
  type Responder,
  type Subscriber,
  type Transport,
} from './transport.ts';
