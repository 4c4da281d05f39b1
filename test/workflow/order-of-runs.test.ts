import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defineWorkflow } from '../../src/index.ts';
import { startEngine } from '../support/workflows.ts';

const RETAINED = 3;
const moves = fc.array(
  fc.oneof(
    fc.record({ move: fc.constant('start' as const), named: fc.boolean() }),
    fc.record({ move: fc.constant('end' as const), which: fc.nat() }),
    fc.record({ move: fc.constant('cancel' as const), which: fc.nat() }),
  ),
  { maxLength: 40, size: 'max' },
);

it('lists and finds the runs that are kept, in the order of their ends, and those under way, in that of their starts', async () => {
  await fc.assert(
    fc.asyncProperty(moves, async (drawn) => {
      const { clock, engine } = startEngine({ retention: { runs: RETAINED } });
      const finish = new Map<string, () => void>();
      const workflow = defineWorkflow('w').step('s', {
        run: (_input, { runId }) =>
          new Promise<void>((resolve) => {
            finish.set(runId as string, resolve);
          }),
      });
      const active: string[] = [];
      const ended: string[] = [];
      const known: string[] = [];
      for (const [number, move] of drawn.entries()) {
        if (move.move === 'start') {
          const run = engine.start(workflow, undefined, move.named ? { id: `named-${number}` } : {});
          active.push(run.id);
          known.push(run.id);
        } else if (active.length > 0) {
          const [id = ''] = active.splice(move.which % active.length, 1);
          ended.push(id);
          if (move.move === 'end') finish.get(id)?.();
          else engine.get(id)?.cancel();
        }
        await clock.settle();
        const kept = ended.slice(-RETAINED);

        expect(engine.list().map(({ id }) => id)).toEqual([...kept, ...active]);
        expect(known.filter((id) => engine.get(id)?.id === id)).toEqual(
          known.filter((id) => kept.includes(id) || active.includes(id)),
        );
        expect(engine.stats()).toMatchObject({ active: active.length, retained: kept.length });
      }
    }),
    { numRuns: 100 },
  );
});
