import { explanationMermaid } from './mermaid.ts';
import { type DagreModule, explanationSvg } from './svg.ts';
import { explanationText } from './text.ts';
import type {
  CriticalPath,
  ExplainedCost,
  ExplainedStep,
  ExplainedWorkflow,
  ExplainWarning,
} from './types.ts';

/** What a run of a workflow would be. Plain data, and three ways to show it. */
export class Explanation implements ExplainedWorkflow {
  readonly name: string;
  readonly deadlineMs: number;
  readonly concurrency: number;
  readonly steps: readonly ExplainedStep[];
  readonly depth: number;
  readonly width: number;
  readonly worstAttempts: number;
  readonly worstMs: number;
  readonly worstUnlimitedMs: number;
  readonly criticalPath: CriticalPath;
  readonly cost: ExplainedCost | undefined;
  /** The workflows that steps run, at any depth, each once and after those within it; steps name them by their places. */
  readonly nested: readonly ExplainedWorkflow[];
  /** What may not be meant, here and in the workflows within. */
  readonly warnings: readonly ExplainWarning[];

  /** @internal */
  constructor(
    explained: ExplainedWorkflow,
    nested: readonly ExplainedWorkflow[],
    warnings: readonly ExplainWarning[],
  ) {
    this.name = explained.name;
    this.deadlineMs = explained.deadlineMs;
    this.concurrency = explained.concurrency;
    this.steps = explained.steps;
    this.depth = explained.depth;
    this.width = explained.width;
    this.worstAttempts = explained.worstAttempts;
    this.worstMs = explained.worstMs;
    this.worstUnlimitedMs = explained.worstUnlimitedMs;
    this.criticalPath = explained.criticalPath;
    this.cost = explained.cost;
    this.nested = nested;
    this.warnings = warnings;
  }

  /** As a table for a terminal: figures, a line for each step (`*` on the critical path), workflows within, warnings. */
  toText(): string {
    return explanationText(this);
  }

  /** As a Mermaid flowchart, the critical path drawn thick. Safe for any name of a step. */
  toMermaid(): string {
    return explanationMermaid(this);
  }

  /**
   * As an SVG document, the critical path drawn thick. It needs no style from outside and holds no script, and all names
   * in it are escaped, so it can be written to a file or into a page.
   *
   * @param dagre The module `@dagrejs/dagre`, which lays the graph out: `import dagre from '@dagrejs/dagre'`.
   * @throws InvalidOptionsError when it is something else, and what it throws.
   */
  toSvg(dagre: DagreModule): string {
    return explanationSvg(this, dagre);
  }
}
