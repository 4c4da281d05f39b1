import assert from 'node:assert/strict';
import { Coordinator, defineWorkflow, RunFailedError, UndoFailedError } from '../src/index.ts';

// A trip whose last part cannot be had: what was booked is taken back, the last first.

const ledger: string[] = [];
const book = async (what: string, key: string): Promise<string> => {
  ledger.push(`book ${what}`);
  return `${what} of ${key}`;
};
const cancelBooking = async (what: string, _key: string): Promise<void> => {
  ledger.push(`cancel ${what}`);
};
const askForSeats = async (): Promise<string> => {
  throw new Error('sold out');
};

// #region undo
// The booking office knows a booking by the id of the run: so it can be cancelled also when nobody knows whether it
// was made, as the process ended in its midst. Then the first argument of `undo`, the step's output, is undefined.
const trip = defineWorkflow('trip')
  .step('flight', {
    run: (_scope, { runId = '' }) => book('flight', runId),
    undo: (_flight, { runId = '' }) => cancelBooking('flight', runId),
  })
  .step('hotel', {
    after: ['flight'],
    run: (_scope, { runId = '' }) => book('hotel', runId),
    undo: {
      run: (_hotel, { runId = '' }) => cancelBooking('hotel', runId),
      policy: { attempts: 5, timeout: '10s' },
    },
  })
  .step('opera', { after: ['hotel'], run: askForSeats });
// #endregion undo

await using coordinator = new Coordinator();

// #region report
const run = coordinator.start(trip, undefined);
const error = await run.result.catch((thrown: unknown) => thrown);
const { undo } = run.snapshot(); // { undone: ['hotel', 'flight'], failed: [], remaining: [] }
// #endregion report
assert.ok(error instanceof RunFailedError);
assert.deepEqual(undo, { undone: ['hotel', 'flight'], failed: [], remaining: [] });
assert.deepEqual(ledger, ['book flight', 'book hotel', 'cancel hotel', 'cancel flight']);

const stuck = defineWorkflow('stuck')
  .step('room', { run: () => 'room', undo: () => undefined })
  .step('key', {
    after: ['room'],
    run: () => 'key',
    undo: () => Promise.reject(new Error('the key is lost')),
  })
  .step('party', { after: ['key'], run: askForSeats });
// #region not-undone
const failure = await coordinator.run(stuck, undefined).catch((thrown: unknown) => thrown);
const byHand = failure instanceof UndoFailedError ? failure.report : undefined;
// #endregion not-undone
assert.deepEqual([byHand?.failed.map(({ step }) => step), byHand?.remaining], [['key'], ['room']]);

// #region on-failure
const report = defineWorkflow('report')
  .step('rate', { run: askForSeats, onFailure: { value: '1.0' } })
  .step('photo', {
    run: askForSeats,
    onFailure: { run: ({ error: { message } }) => `no photo: ${message}` },
  })
  .step('weather', { run: askForSeats, onFailure: 'continue' })
  .step('advice', { after: ['weather'], run: ({ weather }) => `take a coat: ${weather}` })
  .step('text', { after: ['rate', 'photo'], run: ({ rate, photo }) => `${rate}, ${photo}` });
const partly = coordinator.start(report, undefined);
const outputs = await partly.result; // weather and advice are optional to the types
// #endregion on-failure
assert.equal(partly.status, 'partially-completed');
assert.equal(outputs.weather, undefined);
assert.match(outputs.text, /^1\.0, no photo: .*sold out$/);
console.log(`${ledger.join(', ')}; ${partly.status}`);
