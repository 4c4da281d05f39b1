import { checkName } from '../kernel/names.ts';
import { optional, parseOptions, text } from '../kernel/options.ts';
import { type Schema, type SchemaInput, type SchemaOutput, schemaRule } from '../kernel/schema.ts';
import type { Callee } from '../kernel/work.ts';

/**
 * A named, typed contract for a kind of work. Agents serve it, callers ask for it.
 *
 * @typeParam I What callers pass. @typeParam O What callers get.
 * @typeParam HI What handlers get: the input as its schema returned it.
 * @typeParam HO What handlers return: the output before its schema has seen it.
 */
export interface Capability<I = unknown, O = unknown, HI = I, HO = O> extends Callee<I, O> {
  readonly kind: 'capability';
  /** What it is for, as its definition says. */
  readonly description: string | undefined;
  /** Validates what callers pass. */
  readonly input: Schema | undefined;
  /** Validates what handlers return. */
  readonly output: Schema | undefined;
  /** Carries the types only; never set. */
  readonly handlerTypes?: {
    /** What handlers get. */
    readonly input: HI;
    /** What handlers return. */
    readonly output: (output: HO) => void;
  };
}

/** Options of {@link defineCapability}. */
export interface CapabilityOptions<
  IS extends Schema | undefined = undefined,
  OS extends Schema | undefined = undefined,
> {
  /** What it is for, in a sentence. */
  readonly description?: string | undefined;
  /** Validates the input before a task is accepted; any Standard Schema. */
  readonly input?: IS;
  /** Validates the output before the caller gets it; any Standard Schema. */
  readonly output?: OS;
}

const rules = { description: optional(text), input: optional(schemaRule), output: optional(schemaRule) };

/**
 * Defines a capability without schemas; its types are what you say: `defineCapability<{ topic: string }, string>('research')`.
 *
 * @throws InvalidNameError
 */
export function defineCapability<I = unknown, O = unknown>(name: string): Capability<I, O>;
/**
 * Defines a capability. Returns frozen data and registers nothing.
 *
 * @throws InvalidNameError, InvalidOptionsError
 */
export function defineCapability<
  IS extends Schema | undefined = undefined,
  OS extends Schema | undefined = undefined,
>(
  name: string,
  options: CapabilityOptions<IS, OS>,
): Capability<SchemaInput<IS>, SchemaOutput<OS>, SchemaOutput<IS>, SchemaInput<OS>>;
export function defineCapability(name: string, options?: object): Capability {
  checkName('capability', name);
  const settings = parseOptions<Pick<Capability, 'description' | 'input' | 'output'>>(
    'defineCapability',
    rules,
    options,
  );
  return Object.freeze({ kind: 'capability', name, ...settings });
}
