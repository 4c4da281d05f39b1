import type { Rejection } from '../agents/index.ts';
import { CadreError } from '../kernel/errors.ts';

/** No registered agent fulfils what was asked for. */
export class NoCandidateError extends CadreError<'NO_CANDIDATE'> {
  readonly code = 'NO_CANDIDATE' as const;
  /** What was asked for. */
  readonly target: string;
  /** What each agent lacks, for the first 20 of them. */
  readonly rejections: readonly Rejection[];

  constructor(target: string, rejections: readonly Rejection[]) {
    super(`No agent can do "${target}" (${rejections.length} considered)`, { retryable: true });
    this.target = target;
    this.rejections = rejections;
  }
}
