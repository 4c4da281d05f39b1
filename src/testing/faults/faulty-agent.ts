import { type Agent, CadreError, type Clock, defineAgent, type HandlerContext } from '../../index.ts';
import type { FaultSource, LocalFault } from './fault.ts';

/** What a handler throws when a fault strikes it. */
export class InjectedFaultError extends CadreError<'INJECTED_FAULT'> {
  readonly code = 'INJECTED_FAULT' as const;
  /** The fault, such as `handlerError#3`. */
  readonly fault: string;

  constructor(fault: string, where: string) {
    super(`"${where}" fails because the test lets it (${fault})`, { retryable: true });
    this.fault = fault;
  }
}

export type Handler = (input: never, context: HandlerContext) => unknown;

/** A handler that fails, hangs and takes its time as `faults` say. */
export function faultyHandler<H extends Handler>(
  where: string,
  handler: H,
  faults: FaultSource,
  clock: Clock,
): H {
  const work = async (
    slow: LocalFault | undefined,
    fault: LocalFault | undefined,
    input: never,
    context: HandlerContext,
  ): Promise<unknown> => {
    if (slow !== undefined) await new Promise<void>((resolve) => void clock.schedule(resolve, slow.ms));
    if (fault === undefined) return handler(input, context);
    if (fault.after) await handler(input, context);
    throw fault.error ?? new InjectedFaultError(fault.id, where);
  };
  const faulty = (input: never, context: HandlerContext): unknown => {
    if (faults.strike('handlerHang', where) !== undefined) return new Promise(() => {});
    const slow = faults.strike('handlerSlow', where);
    const fault = faults.strike('handlerError', where);
    return slow === undefined && fault === undefined
      ? handler(input, context)
      : work(slow, fault, input, context);
  };
  return faulty as H;
}

/** The same agent with another handler, made of its own. */
export function withHandler<A extends Agent<never, unknown>>(
  agent: A,
  change: (name: string, handler: Handler) => Handler,
): A {
  const { name, description, capabilities, specializations, concurrency, policy } = agent;
  const handle = change(name, agent.handle as Handler);
  const options = { description, capabilities, specializations, concurrency, policy, handle };
  return defineAgent(name, options as never) as unknown as A;
}
