import type { Clock, Reply, Responder } from '../../index.ts';

/** A process that has an end of the network. */
export interface Host {
  /** The node that it is a life of. */
  readonly node: string;
  /** The same for all lives of one node, which may take over each other's topics. */
  readonly owner: object;
  readonly clock: Clock;
  /** True when it takes in what comes at once. */
  readonly takesIn: boolean;
  /** Runs what comes from outside: at once, in its turn after it stood still, never when it is gone. */
  takeIn(run: () => void): void;
  /** Runs what it does itself: at once, as soon as it goes on when it stands still, never when it is gone. */
  perform(run: () => void): void;
}

/** The transport of one process, as others know it. */
export interface End {
  readonly host: Host;
  /** A request from elsewhere as its responder here is to see it: the same one when it comes again. */
  answerTo(sender: End, reply: Reply): Reply;
}

/** Somebody who takes the requests of a topic. */
export interface Taker {
  readonly end: End;
  readonly responder: Responder;
}
