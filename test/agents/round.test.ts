import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Round } from '../../src/agents/round.ts';

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'push' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'shift' as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'goOn' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }) },
);

it('is a queue that can be gone round in, whoever comes and leaves', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const round = new Round<number>();
      let model: number[] = [];
      let items = 0;
      for (const move of steps) {
        const [first, ...others] = model;
        if (move.kind === 'push') {
          round.push(items);
          model.push(items++);
        } else if (first === undefined) continue;
        else if (move.kind === 'shift') {
          round.shift();
          model = others;
        } else if (move.kind === 'goOn') {
          round.goOn();
          model = [...others, first];
        } else {
          const item = model[move.at % model.length] as number;
          round.remove(item);
          model = model.filter((other) => other !== item);
        }
        expect(round.first).toBe(model[0]);
      }
    }),
  );
});
