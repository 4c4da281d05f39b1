import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Schema } from '../../src/kernel/schema.ts';
import {
  approvalOf,
  type GateState,
  nextGateMoment,
  OPEN_GATE,
  reduceGate,
  rolesOf,
  voteFault,
} from '../../src/workflow/gate-state.ts';
import { type GateTarget, gate, questionOf } from '../../src/workflow/gates.ts';
import { thrownBy } from '../support/outcome.ts';

const yes = { approved: true };
const no = { approved: false };

const decide = (target: GateTarget, state: GateState, person: string, value: unknown, role?: string) =>
  reduceGate(target, state, { type: 'decided', vote: { person, role, value } });

it('is decided by the first decision when nothing else is said', () => {
  const target = gate({ ask: 'go on?' });
  const state = decide(target, OPEN_GATE, 'ada', yes);

  expect(state).toEqual({ status: 'decided', value: yes, by: ['ada'] });
});

it('takes one decision and no other: what comes after the end changes nothing', () => {
  const target = gate({ ask: 'go on?', deadline: '1h', default: no });
  const state = decide(target, OPEN_GATE, 'ada', yes);

  expect(decide(target, state, 'bob', no)).toBe(state);
  expect(reduceGate(target, state, { type: 'expired' })).toBe(state);
  expect(reduceGate(target, state, { type: 'escalated' })).toBe(state);
  expect(voteFault(target, state, { person: 'bob', role: undefined })).toBe('closed');
});

it('is rejected by a decision whose approved is false', () => {
  const comment = { approved: false, comment: 'too dear' };

  expect(decide(gate({ ask: 'go on?' }), OPEN_GATE, 'ada', comment)).toEqual({
    status: 'rejected',
    value: comment,
    by: ['ada'],
  });
});

it('counts one decision a person, and waits until enough agree', () => {
  const target = gate({ ask: 'go on?', quorum: 2 });
  let state = decide(target, OPEN_GATE, 'ada', { approved: true, comment: 'fine' });
  expect(state.status).toBe('open');
  expect(voteFault(target, state, { person: 'ada', role: undefined })).toBe('repeated');
  expect(decide(target, state, 'ada', yes)).toBe(state);
  state = decide(target, state, 'bob', no);
  expect(state.status).toBe('open');
  state = decide(target, state, 'eve', yes);

  expect(state).toEqual({ status: 'decided', value: yes, by: ['ada', 'eve'] });
});

it('compares what the gate says, and finds a rejection as it says', () => {
  const target = gate({
    ask: 'how much?',
    schema: anything<{ price: number; why: string }>(),
    quorum: 2,
    agreeOn: ({ price }) => price,
    rejects: ({ price }) => price < 0,
  });
  const first = decide(target, OPEN_GATE, 'ada', { price: -1, why: 'no' });
  const second = decide(target, first, 'bob', { price: 1, why: 'ok' });

  expect(decide(target, second, 'eve', { price: -1, why: 'never' })).toMatchObject({
    status: 'rejected',
    by: ['ada', 'eve'],
  });
});

it('compares all of a decision that has a schema, whatever the order of its keys', () => {
  const target = gate({ ask: 'how?', schema: anything<object>(), quorum: 2 });
  const first = decide(target, OPEN_GATE, 'ada', { a: 1, b: 2 });
  expect(decide(target, first, 'bob', { a: 1 }).status).toBe('open');

  expect(decide(target, first, 'bob', { b: 2, a: 1 }).status).toBe('decided');
});

it('asks for a role, and lets more roles decide with each escalation, in the order of time', () => {
  const target = gate({
    ask: 'go on?',
    by: ['lead'],
    deadline: '3h',
    escalate: [
      { after: '2h', by: ['director'] },
      { after: '1h', by: ['head', 'lead'] },
    ],
  });
  const fault = (state: GateState, role: string | undefined) =>
    voteFault(target, state, { person: 'ada', role });
  expect([fault(OPEN_GATE, undefined), fault(OPEN_GATE, 'head'), fault(OPEN_GATE, 'lead')]).toEqual([
    'role',
    'role',
    undefined,
  ]);
  expect(decide(target, OPEN_GATE, 'ada', yes, 'head')).toBe(OPEN_GATE);
  expect(nextGateMoment(target, OPEN_GATE)).toBe(3_600_000);

  const once = reduceGate(target, OPEN_GATE, { type: 'escalated' });
  expect([fault(once, 'head'), fault(once, 'director')]).toEqual([undefined, 'role']);
  expect(nextGateMoment(target, once)).toBe(7_200_000);
  const twice = reduceGate(target, once, { type: 'escalated' });
  expect(rolesOf(target, 2)).toEqual(['lead', 'head', 'director']);
  expect(nextGateMoment(target, twice)).toBe(10_800_000);
  expect(decide(target, twice, 'ada', yes, 'director')).toMatchObject({ status: 'decided' });
});

it('takes the default when the deadline has passed, also one that rejects, and expires without one', () => {
  const expire = (target: GateTarget) => reduceGate(target, OPEN_GATE, { type: 'expired' });

  expect(expire(gate({ ask: 'go on?', deadline: 5, default: yes }))).toEqual({
    status: 'decided',
    value: yes,
    by: [],
  });
  expect(expire(gate({ ask: 'go on?', deadline: 5, default: no })).status).toBe('rejected');
  expect(expire(gate({ ask: 'go on?', deadline: 5 }))).toEqual({ status: 'expired' });
});

it('is decided in any order of events at most once, by people with the right, each once', () => {
  const people = fc.constantFrom('ada', 'bob', 'eve', 'dan');
  const event = fc.oneof(
    fc.record({
      type: fc.constant('decided' as const),
      vote: fc.record({
        person: people,
        role: fc.constantFrom(undefined, 'lead', 'head'),
        value: fc.constantFrom(yes, no),
      }),
    }),
    fc.constant({ type: 'escalated' as const }),
  );
  const target = gate({
    ask: 'go on?',
    by: ['lead'],
    quorum: 2,
    escalate: [{ after: 1, by: ['head'] }],
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      const states = [OPEN_GATE];
      for (const next of events) states.push(reduceGate(target, states.at(-1) as GateState, next));
      const ends = new Set(states.filter(({ status }) => status !== 'open'));
      expect(ends.size).toBeLessThanOrEqual(1);
      // Counted from the start by other means: the first place at which two people with the right agree.
      const seen = new Map<string, boolean>();
      let heads = false;
      let expected: string | undefined;
      for (const next of events) {
        if (next.type === 'escalated') heads = true;
        else {
          const { person, role, value } = next.vote;
          if (seen.has(person) || !(role === 'lead' || (heads && role === 'head'))) continue;
          seen.set(person, value.approved);
          if ([...seen.values()].filter((approved) => approved === value.approved).length < 2) continue;
          expected = value.approved ? 'decided' : 'rejected';
          break;
        }
      }
      expect(states.at(-1)?.status).toBe(expected ?? 'open');
    }),
    { numRuns: 500 },
  );
});

it('asks with a text, or with what a function makes of the scope', () => {
  expect(questionOf('s', gate({ ask: 'go on?' }), {})).toBe('go on?');
  const asks = gate({ ask: ({ input }) => `spend ${input}?` });
  expect(questionOf('s', asks, { input: 5 })).toBe('spend 5?');
  expect(thrownBy(() => questionOf('s', gate({ ask: () => 5 as never }), {}))).toMatchObject({
    code: 'INVALID_OPTIONS',
    owner: 'step "s"',
    option: 'ask',
  });
});

it.each([[undefined], [null], ['yes'], [{}], [{ approved: 1 }], [{ approved: true, comment: 5 }]])(
  'takes %o for no approval',
  (value) => {
    expect(approvalOf(value)).toBeUndefined();
  },
);

it('takes of an approval what belongs to it', () => {
  expect(approvalOf({ approved: true, more: 1 })).toEqual({ approved: true });
  expect(approvalOf({ approved: false, comment: 'no' })).toEqual({ approved: false, comment: 'no' });
});

it.each<[what: string, options: object, option: string]>([
  ['nothing to ask', {}, 'ask'],
  ['an empty question', { ask: '' }, 'ask'],
  ['a schema that is none', { ask: 'x', schema: {} }, 'schema'],
  ['roles that are text', { ask: 'x', by: 'lead' }, 'by'],
  ['no roles', { ask: 'x', by: [] }, 'by'],
  ['a quorum of none', { ask: 'x', quorum: 0 }, 'quorum'],
  ['a deadline of none', { ask: 'x', deadline: 0 }, 'deadline'],
  ['a default without a deadline', { ask: 'x', default: yes }, 'default'],
  [
    'an escalation after the deadline',
    { ask: 'x', by: ['a'], deadline: 5, escalate: [{ after: 5, by: ['b'] }] },
    'escalate',
  ],
  ['an escalation where anybody may decide', { ask: 'x', escalate: [{ after: 5, by: ['b'] }] }, 'escalate'],
  ['an escalation to nobody', { ask: 'x', by: ['a'], escalate: [{ after: 5, by: [] }] }, 'escalate.0.by'],
  ['an unknown word for a rejection', { ask: 'x', onReject: 'cry' }, 'onReject'],
  ['an unknown option', { ask: 'x', who: 'me' }, 'who'],
])('refuses a gate with %s and names the option', (_what, options, option) => {
  expect(thrownBy(() => gate(options as never))).toMatchObject({
    code: 'INVALID_OPTIONS',
    owner: 'gate',
    option,
  });
});

/** A schema that takes what it is given. */
function anything<T>(): Schema<T> {
  const validate = (value: unknown) => ({ value: value as T });
  return { '~standard': { version: 1, vendor: 'test', validate } };
}
