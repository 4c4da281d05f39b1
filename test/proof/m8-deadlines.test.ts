import { playDeadlines, type Timed } from './support/deadlines.ts';
import { type End, ensure, prove } from './support/prove.ts';

// M8. The time of a request, a task and a run counts from acceptance, waiting included, and is up at the exact
// millisecond. What comes at that moment or later is a timeout, also when a blocked event loop lets the answer run
// before the timer: the monotonic clock decides. Nobody begins with what has expired.

const inTime = ({ kind, id, dueAt }: Timed, { at, isOutput, code }: End): void => {
  if (isOutput) ensure(at < dueAt, () => `${kind} ${id} has an output at ${at}, was due at ${dueAt}`);
  if (code === 'TIMEOUT') ensure(at >= dueAt, () => `${kind} ${id} timed out at ${at}, was due at ${dueAt}`);
};
const begunInTime = ({ kind, id, dueAt }: Timed, now: number): void =>
  ensure(now < dueAt, () => `${kind} ${id} is begun with at ${now}, was due at ${dueAt}`);

prove(
  'ends at the exact millisecond what has no outcome in its time',
  {
    faults: { handlerError: 0.1, handlerHang: 0.1, handlerSlow: 0.05, wallJump: 0.05 },
    latency: 15,
    share: 0.5,
    atLeast: { 'in time': 3_000, TIMEOUT: 3_000, started: 8_000, wallJump: 400 },
  },
  async (sim, count) => {
    await playDeadlines(sim, count, {
      started: begunInTime,
      ended: (timed, end) => {
        inTime(timed, end);
        const { kind, id, dueAt } = timed;
        if (end.code === 'TIMEOUT')
          ensure(end.at === dueAt, () => `${kind} ${id} timed out at ${end.at}, not ${dueAt}`);
        else
          ensure(
            end.at < dueAt,
            () => `${kind} ${id} ended with ${end.code} at ${end.at}, was due at ${dueAt}`,
          );
      },
    });
  },
);

prove(
  'takes what comes after a stall of the event loop for late, by the clock',
  {
    faults: { loopStall: 0.1, handlerSlow: 0.05, handlerError: 0.1 },
    latency: 15,
    share: 0.5,
    atLeast: { 'in time': 3_000, TIMEOUT: 3_000, started: 8_000, loopStall: 700 },
  },
  async (sim, count) => {
    await playDeadlines(sim, count, { started: begunInTime, ended: inTime });
  },
);
