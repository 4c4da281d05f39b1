import {
  atLeast,
  before,
  defineCapability,
  defineWorkflow,
  explain,
  gate,
  quorum,
  sleep,
  sleepUntil,
  WorkflowEngine,
} from '../../src/index.ts';
import type { Bounds } from './number-values.ts';
import type { NumericOption } from './numeric-option.ts';

const whole = (min: number, rest: { max?: number; infinity?: true } = {}): Bounds => ({
  takes: 'whole',
  min,
  ...rest,
});
const duration = (min: number, rest: { whole?: true; infinity?: true } = {}): Bounds => ({
  takes: 'duration',
  min,
  ...rest,
});
const run = (): number => 1;
const work = defineCapability('work');

const throwing = (position: string, bounds: Bounds, call: NumericOption['call']): NumericOption => ({
  position,
  bounds,
  how: 'throws',
  call,
});

/** Numbers and durations of what runs wait for, make at run time, and are kept by. */
export const durableOptions: readonly NumericOption[] = [
  throwing('sleep: time', duration(0), (_, time) => sleep(time)),
  throwing('sleepUntil: at', { takes: 'number', min: 0, max: 8.64e15 }, (_, at) => sleepUntil(at)),
  throwing('atLeast: members', whole(1), (_, members) => atLeast(members)),
  throwing('quorum: members', whole(1), (_, members) => quorum(members)),
  throwing('before: time', duration(0), (_, time) => before(time)),
  throwing('gate: quorum', whole(1), (_, value) => gate({ ask: 'so?', quorum: value })),
  throwing('gate: deadline', duration(1, { infinity: true }), (_, deadline) =>
    gate({ ask: 'so?', deadline }),
  ),
  throwing('gate: escalate.0.after', duration(0), (_, after) =>
    gate({ ask: 'so?', by: ['clerk'], escalate: [{ after, by: ['boss'] }] }),
  ),
  throwing('gate step: deadline', duration(1, { infinity: true }), (_, deadline) =>
    defineWorkflow('w').gate('g', { ask: 'so?', deadline }),
  ),
  throwing('forEach: most', whole(1), (_, most) =>
    defineWorkflow('w').forEach('s', { over: () => [1], run, most }),
  ),
  throwing('forEach: concurrency', whole(1, { infinity: true }), (_, concurrency) =>
    defineWorkflow('w').forEach('s', { over: () => [1], run, concurrency }),
  ),
  throwing('scatter: concurrency', whole(1, { infinity: true }), (_, concurrency) =>
    defineWorkflow('w').scatter('s', { run: work, input: run, concurrency }),
  ),
  throwing('repeat: most', whole(1, { max: 10_000 }), (_, most) =>
    defineWorkflow('w').repeat('s', { run, input: run, until: () => true, most }),
  ),
  throwing('step: estimate', duration(0), (_, estimate) => defineWorkflow('w').step('s', { run, estimate })),
  throwing('explain: estimates', duration(0), (_, s) =>
    explain(defineWorkflow('w').step('s', { run }), { estimates: { s } }),
  ),
  throwing('schedule: every', duration(1_000, { whole: true }), ({ house }, every) => {
    const workflow = defineWorkflow('w').step('s', { run });
    house.workflows.schedule('again', { workflow, every, keepAlive: false }).cancel();
  }),
  throwing('WorkflowEngine: payloadLimit', whole(1), ({ clock }, payloadLimit) => {
    return new WorkflowEngine({ clock, payloadLimit });
  }),
  throwing(
    'WorkflowEngine: lease',
    duration(1_000),
    ({ clock }, lease) => new WorkflowEngine({ clock, lease }),
  ),
  throwing('WorkflowEngine: retention.age', duration(0, { infinity: true }), ({ clock }, age) => {
    return new WorkflowEngine({ clock, retention: { age } });
  }),
];
