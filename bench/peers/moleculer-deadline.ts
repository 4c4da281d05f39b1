/** moleculer with what every request of cadre has: a deadline, of 30 s. */
import type { PeerSides } from './harness/types.ts';
import { callSides } from './moleculer.ts';

export const sides: PeerSides = callSides(30_000);
