import { expect, it } from 'vitest';
import {
  atLeast,
  DefinitionMismatchError,
  defineAgent,
  defineCapability,
  defineWorkflow,
  gate,
  type StepData,
  signal,
  sleep,
  sleepUntil,
} from '../../src/index.ts';
import { changesBetween, stepFingerprint } from '../../src/workflow/fingerprint.ts';
import { parseStepData } from '../../src/workflow/step-data.ts';
import { thrownBy } from '../support/outcome.ts';

const run = () => 1;
const ada = defineAgent('ada', { handle: run });
const cap = defineCapability('cap');
const print = (step: object) => stepFingerprint(parseStepData({ id: 's', ...step }));
const over = () => [1];

// Journals hold these: when one changes, runs that were begun with an earlier release are refused.
it.each<[step: object, fingerprint: string]>([
  [{ run }, 'a859afa1bf00'],
  [{ run, after: ['a', 'b'], input: run, when: run, undo: run }, '5f61be5c2a43'],
  [{ run: ada, input: run }, '7f8843bf1d6b'],
  [{ run: { capabilities: [cap, 'b'], specializations: ['x'] }, input: run }, 'e730eec8ea89'],
  [{ run: signal('paid') }, 'f208b72e6600'],
  [{ run: sleep('1h') }, '82f47c56f0e0'],
  [{ run: gate({ ask: 'ok?', by: ['lead'], quorum: 2, deadline: '1h' }) }, '33e4e6ea659e'],
  [{ forEach: { over, run, join: atLeast(2) } }, 'c143aed46a1f'],
  [{ race: { members: { a: { run }, b: { run: ada, input: run } } } }, 'c0359df76565'],
])('keeps the fingerprint of %o over releases', (step, fingerprint) => {
  expect(print(step)).toBe(fingerprint);
});

const same: [what: string, one: object, other: object][] = [
  ['the code', { run }, { run: function other() {} }],
  ['the order of the steps before it', { run, after: ['a', 'b'] }, { run, after: ['b', 'a'] }],
  ['a policy', { run }, { run, policy: { attempts: 3 } }],
  ['an estimate and a cost', { run }, { run, estimate: '1s', cost: 5 }],
  ['a join that is said', { run, after: ['a'] }, { run, after: ['a'], join: 'all' }],
  ['a question', { run: gate({ ask: 'a?' }) }, { run: gate({ ask: 'b?' }) }],
  [
    'a capability by its name',
    { run: { capabilities: [cap] }, input: run },
    { run: { capabilities: ['cap'] }, input: run },
  ],
  ['items at once', { forEach: { over, run } }, { forEach: { over, run, concurrency: 2 } }],
];

it.each(same)('does not change with %s', (_what, one, other) => {
  expect(print(other)).toBe(print(one));
});

const members = { a: { run }, b: { run } };
const different: [what: string, one: object, other: object][] = [
  ['the id', { run }, { id: 't', run }],
  ['the steps before it', { run, after: ['a'] }, { run, after: ['a', 'b'] }],
  ['the join', { run, after: ['a'] }, { run, after: ['a'], join: 'any' }],
  [
    'the number of a join',
    { run, after: ['a', 'b'], join: atLeast(1) },
    { run, after: ['a', 'b'], join: atLeast(2) },
  ],
  ['the kind of what it runs', { run, input: run }, { run: ada, input: run }],
  [
    'the name of what it runs',
    { run: ada, input: run },
    { run: defineAgent('bob', { handle: run }), input: run },
  ],
  ['a mapping', { run }, { run, input: run }],
  ['a condition', { run }, { run, when: run }],
  ['a condition in place of a mapping', { run, input: run }, { run, when: run }],
  ['an undo', { run }, { run, undo: run }],
  ['what it does about failure', { run }, { run, onFailure: 'continue' }],
  ['what is run instead', { run, onFailure: { run } }, { run, onFailure: { run: ada, input: run } }],
  ['the name of a signal', { run: signal('a') }, { run: signal('b') }],
  ['a time', { run: sleep('1h') }, { run: sleep('2h') }],
  ['a length or a moment', { run: sleep(5) }, { run: sleepUntil(5) }],
  ['the roles of a gate', { run: gate({ ask: 'x' }) }, { run: gate({ ask: 'x', by: ['a'] }) }],
  ['the quorum of a gate', { run: gate({ ask: 'x' }) }, { run: gate({ ask: 'x', quorum: 2 }) }],
  ['the deadline of a gate', { run: gate({ ask: 'x' }) }, { run: gate({ ask: 'x', deadline: 5 }) }],
  ['a composite', { forEach: { over, run } }, { repeat: { run, input: run, until: run, most: 5 } }],
  ['the join of a composite', { forEach: { over, run } }, { forEach: { over, run, join: 'any' } }],
  [
    'a bound',
    { repeat: { run, input: run, until: run, most: 4 } },
    { repeat: { run, input: run, until: run, most: 5 } },
  ],
  ['a member', { race: { members } }, { race: { members: { ...members, c: { run } } } }],
  ['the name of a member', { race: { members: { a: { run } } } }, { race: { members: { b: { run } } } }],
];

it.each(different)('changes with %s', (_what, one, other) => {
  expect(print(other)).not.toBe(print(one));
});

const steps = (...ids: string[]): StepData[] => ids.map((id) => ({ id, run }));

it('has one fingerprint for all steps, in whatever order they are defined', () => {
  const prints = [steps('a', 'b'), steps('b', 'a'), steps('a', 'c')].map(
    (list) => defineWorkflow('w', { steps: list }).fingerprints.workflow,
  );

  expect(prints[1]).toBe(prints[0]);
  expect(prints[2]).not.toBe(prints[0]);
});

it('names the steps that were added, removed and changed', () => {
  const before = defineWorkflow('w', { steps: steps('a', 'b', 'c') }).fingerprints.steps;
  const now = defineWorkflow('w', { steps: [...steps('d', 'a'), { id: 'b', run, when: () => true }] })
    .fingerprints.steps;

  const changes = changesBetween(before, now);
  expect(changes).toEqual({ added: ['d'], removed: ['c'], changed: ['b'] });
  const error = new DefinitionMismatchError('w', 'run-1', changes);
  expect(error).toMatchObject({ code: 'DEFINITION_MISMATCH', workflow: 'w', runId: 'run-1', ...changes });
  expect(error.message).toBe(
    'Workflow "w" is not the one that run "run-1" began with (added: d; removed: c; changed: b)',
  );
});

it.each([
  [undefined, '1'],
  ['2.1', '2.1'],
  [7, '7'],
])('says of version %o that it is %o', (version, text) => {
  expect(defineWorkflow('w', { version }).version).toBe(text);
});

const migrate = () => ({});
it.each<[changed: object | string | undefined, rule: object]>([
  [undefined, { kind: 'refuse' }],
  ['compatible', { kind: 'compatible' }],
  [{ restartFrom: 'a' }, { kind: 'restartFrom', step: 'a' }],
  [{ migrate }, { kind: 'migrate', migrate }],
])('reads %o as what to do with the runs of an earlier definition', (changed, rule) => {
  expect(defineWorkflow('w', { changed: changed as never }).changed).toEqual(rule);
});

it.each<[options: object, option: string]>([
  [{ version: '' }, 'version'],
  [{ version: Number.NaN }, 'version'],
  [{ version: {} }, 'version'],
  [{ changed: 'ignore' }, 'changed'],
  [{ changed: {} }, 'changed.restartFrom'],
  [{ changed: { restart: 'a' } }, 'changed.restart'],
  [{ changed: { migrate: 5 } }, 'changed.migrate'],
])('refuses a workflow with %o', (options, option) => {
  const attempt = () => defineWorkflow('w', options as never);
  const restartFrom = option === 'changed.restartFrom';

  expect(thrownBy(attempt)).toMatchObject(
    restartFrom
      ? { code: 'INVALID_NAME', kind: 'step' }
      : { code: 'INVALID_OPTIONS', owner: 'defineWorkflow', option },
  );
});

it('refuses to restart from a step that there is not', () => {
  const attempt = () => defineWorkflow('w', { steps: steps('a'), changed: { restartFrom: 'b' } });

  expect(thrownBy(attempt)).toMatchObject({
    code: 'INVALID_OPTIONS',
    owner: 'workflow "w"',
    option: 'changed.restartFrom',
    value: 'b',
  });
});
