import { describe, expectTypeOf, it } from 'vitest';
import type { CadreEvent, Coordinator, ErrorRecord, Run, RunEvent, SkipReason } from '../../src/index.ts';

declare const house: Coordinator;
declare const run: Run;

describe('events', () => {
  it('gives a listener the facts of the event that it named', () => {
    house.events.on('step.skipped', (event) => {
      expectTypeOf(event.reason).toEqualTypeOf<SkipReason>();
      expectTypeOf(event.step).toEqualTypeOf<string>();
    });
    house.events.on('task.failed', ({ error, agent }) => {
      expectTypeOf(error).toEqualTypeOf<ErrorRecord>();
      expectTypeOf(agent).toEqualTypeOf<string | undefined>();
    });
    house.events.onAny((event) => {
      expectTypeOf(event).toEqualTypeOf<CadreEvent>();
    });
  });

  it('knows every type of event, and every fact', () => {
    // @ts-expect-error there is no such event
    house.events.on('task.exploded', () => {});
    // @ts-expect-error a run that completed has no error
    house.events.on('run.completed', ({ error }) => error);
    house.events.onAny((event) => {
      // @ts-expect-error events are read-only
      event.at = 0;
    });
  });

  it('gives the events of a run as they are told', () => {
    expectTypeOf(run.events()).toEqualTypeOf<AsyncIterableIterator<RunEvent, undefined>>();
    expectTypeOf<RunEvent>().toExtend<CadreEvent>();
  });
});
