import { expect, it } from 'vitest';
import { defineWorkflow } from '../../../src/index.ts';
import { DEATHS, House, LEASE, type Life } from '../../proof/support/mortal.ts';

const inner = defineWorkflow('inner').step('x', { run: () => 'x' });
const flow = defineWorkflow('flow')
  .step('a', { run: inner, input: () => undefined })
  .step('b', { after: ['a'], run: inner, input: () => undefined });
const options = { workflows: { definitions: [flow], retention: { runs: 0 } } };

/** Runs it to its end, and then begins new lives until everything has had its chance to be removed. */
async function play(house: House): Promise<readonly string[]> {
  const first = house.begin(options);
  first.coordinator.start(flow, undefined, { id: 'r' });
  await house.clock.advance(100);
  let life: Life = first;
  for (let lives = 0; lives < 3; lives++) {
    await life.closed;
    if (!life.gone) void life.coordinator.close();
    await house.clock.advance(LEASE);
    life.gone = true;
    for (const stream of house.book.streams.keys())
      if (stream.startsWith('part/')) expect(house.book.of('r'), `${stream} is left behind`).not.toEqual([]);
    life = house.begin(options);
    void life.coordinator.resume().catch(() => {});
    await house.clock.advance(LEASE);
  }
  return [...house.book.streams.keys()];
}

it('removes a finished run with its parts, at whatever call of the store the process ends', async () => {
  const undisturbed = new House();
  expect(await play(undisturbed)).toEqual([]);
  for (let call = 1; call <= undisturbed.calls; call++)
    for (const how of DEATHS) expect(await play(new House({ call, how })), `${how} call ${call}`).toEqual([]);
});
