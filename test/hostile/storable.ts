import assert from 'node:assert/strict';
import { UnstorableError } from '../../src/index.ts';
import { checkTyped } from './outcome.ts';

/** What may stand around the refusal of what a step or a run has given. */
const AROUND: readonly string[] = ['RUN_FAILED', 'HANDLER_FAILED'];

/** The error says that `what` cannot be stored, and where; itself, or at its root when it comes by way of a run. */
export function checkUnstorable(error: unknown, what: string, path: RegExp): void {
  let inner = error;
  while (AROUND.includes((inner as { code?: string }).code ?? '')) {
    checkTyped(inner, (inner as { code: string }).code);
    inner = inner.cause;
  }
  checkTyped(inner, 'UNSTORABLE');
  assert.ok(inner instanceof UnstorableError);
  assert.equal(inner.what, what);
  assert.match(inner.path, path);
  assert.ok(inner.message.includes(what) && inner.message.includes(inner.path), inner.message);
  assert.equal(inner.retryable, false);
}
