import assert from 'node:assert/strict';
import { Coordinator, defineWorkflow } from '../src/index.ts';
import { FakeClock } from '../src/testing/index.ts';

// A report on every working day at nine, and a check every ten minutes: five days of it, on a clock that obeys.

const clock = new FakeClock({ now: Date.parse('2026-01-02T00:00:00Z') }); // a Friday
const reports: string[] = [];
const checks: string[] = [];

const report = defineWorkflow<{ day: string }>('report').step('write', {
  run: ({ input }) => reports.push(input.day),
});
const check = defineWorkflow('check').step('look', { run: (_scope, { runId = '' }) => checks.push(runId) });

await using coordinator = new Coordinator({ clock });

// #region schedule
const daily = coordinator.workflows.schedule('morning-report', {
  cron: '0 9 * * 1-5',
  timezone: 'Europe/Lisbon',
  workflow: report,
  input: (dueAt) => ({ day: new Date(dueAt).toISOString().slice(0, 10) }),
  missed: 'once', // a machine that slept over nine o'clock makes up for it
});
coordinator.workflows.schedule('check', { every: '10m', workflow: check });

const next = daily.next(); // epoch milliseconds
// #endregion schedule
assert.equal(next, Date.parse('2026-01-02T09:00:00Z'));

await clock.advance('120h');
assert.deepEqual(reports, ['2026-01-02', '2026-01-05', '2026-01-06']);
assert.equal(checks.length, 5 * 24 * 6);
assert.equal(checks[0], 'cron:check:2026-01-02T00:10:00Z');

// #region cancel
daily.cancel(); // runs under way go on
// #endregion cancel
assert.equal(daily.next(), undefined);
assert.deepEqual(daily.stats(), { started: 3, elsewhere: 0, overlapped: 0, missed: 0, failed: 0 });
console.log(`${reports.length} reports, ${checks.length} checks`);
