/**
 * node:events: one emitter, a listener for each subscriber. The warning about many listeners is switched off.
 * A listener that throws stops the delivery to those after it.
 */
import { EventEmitter } from 'node:events';
import { publishSide } from './harness/publish-side.ts';
import type { PeerSides } from './harness/types.ts';

export const sides: PeerSides = {
  W3: (size) =>
    publishSide(size, (subscribers) => {
      const emitter = new EventEmitter();
      emitter.setMaxListeners(0);
      for (const receive of subscribers) emitter.on('news', receive);
      return (body) => void emitter.emit('news', body);
    }),
};
