/**
 * eventemitter3: one emitter, a listener for each subscriber. There is nothing to configure.
 * A listener that throws stops the delivery to those after it.
 */
import { EventEmitter } from 'eventemitter3';
import { publishSide } from './harness/publish-side.ts';
import type { PeerSides } from './harness/types.ts';

export const sides: PeerSides = {
  W3: (size) =>
    publishSide(size, (subscribers) => {
      const emitter = new EventEmitter<{ news: [number] }>();
      for (const receive of subscribers) emitter.on('news', receive);
      return (body) => void emitter.emit('news', body);
    }),
};
