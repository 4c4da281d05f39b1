import { expect, it } from 'vitest';
import { ClosedError, defineAgent, defineWorkflow } from '../../src/index.ts';
import { expectAtRest } from '../support/at-rest.ts';
import { watch } from '../support/outcome.ts';
import { startHouse } from '../support/workflows.ts';

// The host's own code may close the coordinator wherever it is called.

async function closedFrom(where: string) {
  const { clock, house } = startHouse({ grace: 100 });
  const reports: ReturnType<typeof watch>[] = [];
  const places = new Set<string>();
  const closeAt = (place: string) => {
    places.add(place);
    if (place === where) reports.push(watch(house.close()));
  };
  house.events.onAny(({ type }) => closeAt(type));
  house.messages.subscribe('news', () => closeAt('subscriber'));
  house.messages.respond('prices', () => closeAt('responder'));
  house.agents.register(defineAgent('ada', { handle: () => closeAt('agent') }));
  const workflow = defineWorkflow('w')
    .step('s', {
      when: () => {
        closeAt('when');
        return true;
      },
      input: () => closeAt('mapping'),
      run: (_input, { attempt }) => {
        closeAt('code');
        if (attempt === 1) throw new Error('once more');
      },
      policy: {
        attempts: 2,
        backoff: { initial: 0 },
        retryWhen: () => {
          closeAt('retryWhen');
          return true;
        },
      },
    })
    .output(() => closeAt('output'));
  house.messages.publish('news', 1);
  const outcomes = [
    house.messages.request('prices', 1),
    house.ask('ada', 1),
    house.run(workflow, undefined),
  ].map(watch);
  await clock.advance(1_000);
  return { clock, house, outcomes, reports, places };
}

const handlers = ['subscriber', 'responder', 'agent', 'when', 'mapping', 'code', 'retryWhen', 'output'];
const events = ['message.published', 'request.sent', 'task.started', 'task.completed', 'run.started'];
const later = ['step.started', 'step.retried', 'step.completed', 'run.completed', 'coordinator.closing'];

it.each([...handlers, ...events, ...later])(
  'closes when %s does it, and everything has one end',
  async (place) => {
    const { clock, house, outcomes, reports, places } = await closedFrom(place);
    if (place === 'coordinator.closing') await house.close();
    else expect(places).toContain(place);

    for (const report of reports) expect(report.state).toBe('fulfilled');
    for (const { state, value } of outcomes) {
      expect(state).not.toBe('pending');
      if (state === 'rejected') expect(value).toBeInstanceOf(ClosedError);
    }
    expectAtRest(house, clock);
  },
);
