import type { Duration } from '../../kernel/durations.ts';
import type { Schema } from '../../kernel/schema.ts';
import type { PlanParameter } from './parameters.ts';
import type { PlanTables } from './tables.ts';

/** One step of a {@link PlanDocument}; the guide about workflows as data and `planSchema` say what its keys take. */
export interface PlanStep {
  /** Unique in the plan; any name but `input` and `then`. */
  readonly id: string;
  /** The steps that must have ended before it. @default [] */
  readonly after?: readonly string[] | undefined;
  /** Its other keys: `run` or one of `forEach`, `repeat`, `race` and `branch`, and what holds for it. */
  readonly [key: string]: unknown;
}

/** A workflow as data: what JSON carries, and nothing else. */
export interface PlanDocument {
  /** The workflow's name. */
  readonly name: string;
  /** The steps, in any order. At most 10000. */
  readonly steps: readonly PlanStep[];
  /** What a run gives, as an expression over the outputs of the steps. @default a record of all of them */
  readonly output?: unknown;
  /** The parameters, by name; `{ "$param": name }` stands for one. */
  readonly parameters?: Readonly<Record<string, PlanParameter>> | undefined;
  /** Which version it is. @default '1' */
  readonly version?: string | number | undefined;
  /** The longest time of a run. @default none */
  readonly deadline?: Duration | 'Infinity' | undefined;
  /** Steps of a run at once. @default 1000 */
  readonly concurrency?: number | 'Infinity' | undefined;
  /** Its other keys: `policy`, `changed`, `description` and `$schema`. */
  readonly [key: string]: unknown;
}

/** Options of `defineWorkflow.fromJSON`. */
export interface FromJSONOptions<IS extends Schema | undefined = undefined> extends PlanTables {
  /** The values of the parameters that the plan declares; what JSON carries. @default {} */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** Validates the input of a run; any Standard Schema. */
  readonly input?: IS;
}
