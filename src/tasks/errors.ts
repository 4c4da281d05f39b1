import type { Rejection } from '../agents/index.ts';
import { CadreError } from '../kernel/errors.ts';

/** No registered agent fulfils what was asked for. */
export class NoCandidateError extends CadreError<'NO_CANDIDATE'> {
  readonly code = 'NO_CANDIDATE' as const;
  /** What was asked for. */
  readonly target: string;
  /** How many agents are registered. */
  readonly considered: number;
  /** What each agent lacks, for the first 20 of them. */
  readonly rejections: readonly Rejection[];

  constructor(target: string, considered: number, rejections: readonly Rejection[]) {
    super(`No agent can do "${target}" (${considered} considered)`, { retryable: true });
    this.target = target;
    this.considered = considered;
    this.rejections = rejections;
  }
}
