import { port, type Rule } from './options.ts';

/** Where handlers write what a person may want to read. `console` is one. */
export interface Logger {
  debug(...items: unknown[]): void;
  info(...items: unknown[]): void;
  warn(...items: unknown[]): void;
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
