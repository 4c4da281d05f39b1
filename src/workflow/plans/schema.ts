import { freezeAll, type JsonObject } from './document.ts';

const ref = (name: string): JsonObject => ({ $ref: `#/$defs/${name}` });
const text: JsonObject = { type: 'string' };
const expression = ref('expression');

/** An object with these keys and no others. */
function exactly(properties: JsonObject, required: readonly string[] = Object.keys(properties)): JsonObject {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** What a parameter may stand for. */
function given(schema: JsonObject): JsonObject {
  return { anyOf: [schema, ref('parameter')] };
}

const name = ref('text');
const names = ref('names');
const count = ref('count');
const limit = ref('limit');
const members: JsonObject = { type: 'object', minProperties: 1, additionalProperties: ref('member') };
const two: JsonObject = { type: 'array', items: expression, minItems: 2, maxItems: 2 };
const many: JsonObject = { type: 'array', items: expression };
const conditions: JsonObject = { type: 'array', items: ref('condition') };

const comparisons = ['$eq', '$ne', '$lt', '$le', '$gt', '$ge'].map((name) => exactly({ [name]: two }));
const reference: JsonObject = { type: 'string', pattern: '^\\$(\\.[^.]+)*$' };
const way: JsonObject = { anyOf: [text, { type: 'array', items: text, minItems: 1 }] };
/** Operators that give true or false. */
const tests: readonly JsonObject[] = [
  ...comparisons,
  exactly({ $and: conditions }),
  exactly({ $or: conditions }),
  exactly({ $not: ref('condition') }),
  exactly({ $exists: expression }),
];
/** Operators that may give anything. */
const values: readonly JsonObject[] = [exactly({ $ref: way }), ref('parameter'), exactly({ $literal: true })];

const facts: JsonObject = {
  id: given({ type: 'string', minLength: 1, maxLength: 256 }),
  description: text,
  after: names,
  when: ref('condition'),
  policy: ref('policy'),
  onFailure: ref('failure'),
  undo: ref('undo'),
  estimate: ref('duration'),
  cost: given({ type: 'number', minimum: 0 }),
};

const composites: JsonObject = {
  forEach: exactly(
    {
      over: expression,
      run: ref('target'),
      input: expression,
      concurrency: limit,
      join: ref('join'),
      most: count,
    },
    ['over', 'run'],
  ),
  repeat: exactly(
    {
      run: ref('target'),
      input: expression,
      until: ref('condition'),
      most: given({ type: 'integer', minimum: 1, maximum: 10_000 }),
      onLimit: { enum: ['fail', 'continue'] },
    },
    ['run', 'input', 'until', 'most'],
  ),
  race: exactly({ members }),
  branch: exactly({ on: expression, cases: members, otherwise: ref('member') }, ['on', 'cases']),
};

const steps: readonly JsonObject[] = [
  exactly({ ...facts, run: ref('target'), input: expression, join: ref('join') }, ['id', 'run']),
  ...Object.entries(composites).map(([key, composite]) =>
    exactly({ ...facts, [key]: composite }, ['id', key]),
  ),
];

const work: readonly JsonObject[] = [
  ...['capability', 'agent', 'workflow', 'function'].map((key) => exactly({ [key]: name })),
  {
    ...exactly({ capabilities: names, specializations: names, agent: name }, []),
    minProperties: 1,
  },
];

const waits: readonly JsonObject[] = [
  exactly({ signal: name }),
  exactly({ sleep: { anyOf: [ref('duration'), ref('computed')] } }),
  exactly({ sleepUntil: { anyOf: [given({ type: 'number', minimum: 0 }), ref('computed')] } }),
  exactly({ gate: ref('gate') }),
];

/**
 * The JSON Schema (draft 2020-12) of what `defineWorkflow.fromJSON` takes; to be given to a model, say.
 *
 * What it refuses, `fromJSON` refuses. What it accepts may still be no workflow: a name that there is not, a circle.
 */
export const planSchema: JsonObject = freezeAll({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A workflow as data',
  ...exactly(
    {
      $schema: text,
      name: given({ type: 'string', minLength: 1, maxLength: 256 }),
      description: text,
      version: given({ anyOf: [{ type: 'string', minLength: 1, maxLength: 256 }, { type: 'number' }] }),
      deadline: { anyOf: [ref('duration'), { const: 'Infinity' }] },
      policy: ref('policy'),
      concurrency: limit,
      changed: given({ anyOf: [{ enum: ['refuse', 'compatible'] }, exactly({ restartFrom: name })] }),
      parameters: { type: 'object', additionalProperties: ref('declaration') },
      steps: { type: 'array', items: { anyOf: steps }, maxItems: 10_000 },
      output: expression,
    },
    ['name', 'steps'],
  ),
  $defs: {
    text: given(text),
    names: given({ type: 'array', items: name }),
    count: given({ type: 'integer', minimum: 1 }),
    limit: given({ anyOf: [{ type: 'integer', minimum: 1 }, { const: 'Infinity' }] }),
    failure: {
      anyOf: [
        { enum: ['fail', 'continue'] },
        exactly({ value: expression }),
        exactly({ run: ref('work'), input: expression, policy: ref('policy') }, ['run']),
      ],
    },
    undo: exactly({ function: name, policy: ref('policy') }, ['function']),
    expression: {
      anyOf: [
        { type: ['string', 'number', 'boolean', 'null'] },
        many,
        ref('computed'),
        ref('parameter'),
        { type: 'object', propertyNames: { pattern: '^(?!\\$)' }, additionalProperties: expression },
      ],
    },
    computed: { anyOf: [reference, ...tests, ...values, exactly({ $text: many })] },
    condition: { anyOf: [{ type: 'boolean' }, reference, ...tests, ...values] },
    parameter: exactly({ $param: text }),
    declaration: exactly(
      {
        type: { enum: ['string', 'number', 'boolean', 'array', 'object'] },
        default: true,
        required: { type: 'boolean' },
        description: text,
      },
      [],
    ),
    duration: given({
      anyOf: [
        { type: 'number', minimum: 0 },
        { type: 'string', pattern: '^\\d{1,15}(\\.\\d{1,6})?(ms|s|m|h)$' },
      ],
    }),
    policy: given(
      exactly(
        {
          attempts: limit,
          timeout: { anyOf: [ref('duration'), { const: 'Infinity' }] },
          restarts: given({ type: 'integer', minimum: 0 }),
          backoff: given(
            exactly(
              {
                initial: ref('duration'),
                factor: given({ type: 'number', minimum: 1, maximum: 100 }),
                max: ref('duration'),
                jitter: given({ type: 'number', minimum: 0, maximum: 1 }),
              },
              [],
            ),
          ),
        },
        [],
      ),
    ),
    join: {
      anyOf: [
        { enum: ['all', 'settled', 'any'] },
        exactly({ atLeast: count }),
        exactly({ quorum: count, by: expression }, ['quorum']),
        exactly({ before: ref('duration') }),
      ],
    },
    work: { anyOf: work },
    target: { anyOf: [...work, ...waits] },
    member: exactly({ run: ref('target'), input: expression, policy: ref('policy') }, ['run']),
    gate: exactly(
      {
        ask: expression,
        by: names,
        quorum: count,
        deadline: { anyOf: [ref('duration'), { const: 'Infinity' }] },
        default: expression,
        escalate: given({
          type: 'array',
          items: given(exactly({ after: ref('duration'), by: names })),
        }),
        onReject: given({ enum: ['fail', 'cancel-siblings', 'continue'] }),
      },
      ['ask'],
    ),
  },
});
