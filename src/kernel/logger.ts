import { port, type Rule } from './options.ts';

/** Where handlers write what a person may want to read. `console` is one. */
export interface Logger {
  /** Takes what helps to find a fault. */
  debug(...items: unknown[]): void;
  /** Takes what is good to know. */
  info(...items: unknown[]): void;
  /** Takes what should not be so, though the work goes on. */
  warn(...items: unknown[]): void;
  /** Takes what went wrong. */
  error(...items: unknown[]): void;
}

/** The rule of an option that takes a {@link Logger}. */
export const loggerRule: Rule<Logger> = port<Logger>('Logger', ['debug', 'info', 'warn', 'error']);

const silent = (): void => {};

/** Writes nowhere. */
export const silentLogger: Logger = Object.freeze({
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
});
