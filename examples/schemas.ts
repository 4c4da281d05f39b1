import assert from 'node:assert/strict';
import { z } from 'zod';
import {
  Coordinator,
  defineAgent,
  defineCapability,
  isCadreError,
  SchemaViolationError,
} from '../src/index.ts';

// A model is asked for JSON; what it says is checked before anybody builds on it.

// #region contract
const extract = defineCapability('extract-invoice', {
  description: 'Reads the figures from the text of an invoice.',
  input: z.object({ text: z.string().min(1), currency: z.string().default('EUR') }),
  output: z.object({ total: z.number(), currency: z.string() }),
});

let answers = 0;
const reader = defineAgent('reader', {
  capabilities: [extract],
  policy: { attempts: 2, backoff: { initial: '1ms' } }, // an output that is refused is worth another attempt
  handle: async ({ text, currency }) => askModel(text, currency), // here the currency has its default
});

await using coordinator = new Coordinator({ agents: [reader] });
const invoice = await coordinator.ask(extract, { text: 'Total: 12.50' });
// #endregion contract
assert.deepEqual(invoice, { total: 12.5, currency: 'EUR' });
assert.equal(answers, 2);

// #region violation
// A refused input never reaches an agent.
const refused = await coordinator.ask(extract, { text: '' }).catch((error: unknown) => error);
if (isCadreError(refused, 'SCHEMA_VIOLATION')) console.log(refused.message);
// #endregion violation
assert.ok(refused instanceof SchemaViolationError);
assert.equal(refused.issues[0]?.path, 'text');
assert.equal(answers, 2);

/** Stands in for a model, which first answers with text where a number should be. */
async function askModel(text: string, currency: string): Promise<{ total: number; currency: string }> {
  const total = /[\d.]+/.exec(text)?.[0] ?? '';
  return { total: answers++ === 0 ? (total as never) : Number(total), currency };
}
