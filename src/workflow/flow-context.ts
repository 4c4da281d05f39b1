import type { Duration } from '../kernel/durations.ts';
import { callable, parseOption, parseOptions } from '../kernel/options.ts';
import type { FlowContext } from './flow.ts';
import { gate } from './gates.ts';
import { signal, sleep } from './waits.ts';

/** Asks for a step. @param define Makes the options of the step; what it throws is thrown. */
export type AskForStep = (id: string, define: () => object) => Promise<unknown>;

/** What the code of a flow is given. */
export function flowContext(runId: string, abort: () => AbortSignal, ask: AskForStep): FlowContext {
  const step = (id: string, run: unknown, ...rest: readonly unknown[]): Promise<unknown> => {
    if (typeof run === 'function') {
      return ask(id, () => {
        const code = parseOption(`step "${id}"`, 'run', callable<(context: unknown) => unknown>(), run);
        return { ...optionsOf(id, rest[0]), run: (_scope: never, context: unknown) => code(context) };
      });
    }
    const [input, options] = rest;
    return ask(id, () => ({ ...optionsOf(id, options), run, input: () => input }));
  };
  return {
    runId,
    get signal() {
      return abort();
    },
    step: step as FlowContext['step'],
    sleep: (id: string, time: Duration) => ask(id, () => ({ run: sleep(time) })) as Promise<void>,
    waitFor: ((id: string, name: string, options?: object) =>
      ask(id, () => ({
        run: options === undefined ? signal(name) : signal(name, options),
      }))) as FlowContext['waitFor'],
    gate: ((id: string, options: never) => ask(id, () => ({ run: gate(options) }))) as FlowContext['gate'],
  };
}

const asItIs = (value: unknown): unknown => value;

/** Read once; what they say is checked with the step. @throws InvalidOptionsError */
function optionsOf(id: string, options: unknown): object {
  return parseOptions<object>(`step "${id}"`, { policy: asItIs, undo: asItIs }, options);
}
