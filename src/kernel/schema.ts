import type { StandardSchemaV1 } from '@standard-schema/spec';
import { CadreError, type CadreErrorOptions } from './errors.ts';
import { isThenable } from './functions.ts';
import { type Rule, refuse } from './options.ts';

/**
 * Any schema that follows Standard Schema 1 (zod, valibot, arktype, …).
 *
 * @typeParam I What goes in. @typeParam O What validation makes of it.
 * @see https://standardschema.dev
 */
export type Schema<I = unknown, O = I> = StandardSchemaV1<I, O>;

/** What may be passed to a schema; unknown when there is none. */
export type SchemaInput<S> = S extends StandardSchemaV1 ? StandardSchemaV1.InferInput<S> : unknown;
/** What a schema makes of it; unknown when there is none. */
export type SchemaOutput<S> = S extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<S> : unknown;

/** One thing that a schema found wrong. */
export interface SchemaIssue {
  /** Where in the value, such as `facts.0.text`; empty for the value itself. */
  readonly path: string;
  /** What is wrong, in the schema's words. */
  readonly message: string;
}

/** A value does not follow the schema that was declared where it crossed a boundary. */
export class SchemaViolationError extends CadreError<'SCHEMA_VIOLATION'> {
  readonly code = 'SCHEMA_VIOLATION' as const;
  /** The boundary, such as `input of capability "research"`. */
  readonly where: string;
  /** Everything that the schema found; when it threw, one issue, and what it threw is `cause`. */
  readonly issues: readonly SchemaIssue[];

  constructor(where: string, issues: readonly SchemaIssue[], options: CadreErrorOptions = {}) {
    const first = issues[0];
    const place = first?.path ? ` at ${first.path}` : '';
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
    super(`The ${where} is invalid${place}: ${first?.message ?? 'refused'}${more}`, options);
    this.where = where;
    this.issues = issues;
  }
}

/** The rule of an option that takes a schema. */
export const schemaRule: Rule<Schema> = (value) => {
  const standard = (
    value as { '~standard'?: { version?: unknown; validate?: unknown } } | null | undefined
  )?.['~standard'];
  if (standard?.version !== 1 || typeof standard.validate !== 'function') {
    refuse('a Standard Schema (zod, valibot, arktype, …)', value);
  }
  return value as Schema;
};

/**
 * Validates `value`; a promise comes back only when the schema itself is asynchronous.
 *
 * @param where The boundary that is crossed. What is wrong with an output may be right at the next attempt, so
 * that error is retryable; what is wrong with an input stays wrong.
 * @throws SchemaViolationError, or rejects with it.
 */
export function validate(schema: Schema, value: unknown, side: 'input' | 'output', of: string): unknown {
  const where = `${side} of ${of}`;
  const retryable = side === 'output';
  const threw = (cause: unknown): never => {
    throw new SchemaViolationError(where, [{ path: '', message: 'the schema threw' }], { cause, retryable });
  };
  const outcome = (result: StandardSchemaV1.Result<unknown>): unknown => {
    if (result.issues === undefined) return result.value;
    throw new SchemaViolationError(where, result.issues.map(issueOf), { retryable });
  };
  // What a schema gives back may be anything, too.
  const judge = (result: unknown): unknown => {
    try {
      return outcome(result as StandardSchemaV1.Result<unknown>);
    } catch (error) {
      if (error instanceof SchemaViolationError) throw error;
      return threw(error);
    }
  };
  let result: unknown;
  let later: boolean;
  try {
    result = schema['~standard'].validate(value);
    later = isThenable(result);
  } catch (error) {
    return threw(error);
  }
  return later ? Promise.resolve(result).then(judge, threw) : judge(result);
}

function issueOf({ message, path = [] }: StandardSchemaV1.Issue): SchemaIssue {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return { path: keys.join('.'), message };
}
