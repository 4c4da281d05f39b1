import type { CoordinatorOptions } from '../../src/index.ts';
import type { World } from './world.ts';

/** What is hostile about a case. */
export type Category =
  | 'names'
  | 'payloads'
  | 'handlers'
  | 'numbers'
  | 'objects'
  | 'signals'
  | 'graphs'
  | 'behaviours'
  | 'lifecycle'
  | 'durable';

/** One hostile value at one public position, or one hostile scene. */
export interface Case {
  readonly category: Category;
  /** Where it is passed, or which kind of scene it is. */
  readonly position: string;
  readonly name: string;
  /** Options of the coordinator that the case gets. */
  readonly options?: CoordinatorOptions;
  /** Throws or rejects when what happens is not what the documentation says. */
  readonly run: (world: World) => unknown;
}

/** What a case is called in reports and in the list of known failures; unique. */
export function idOf({ category, position, name }: Case): string {
  return `${category} / ${position} / ${name}`;
}

/** Throws, where an expression is wanted. */
export function raise(thrown: unknown): never {
  throw thrown;
}
