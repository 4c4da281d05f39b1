import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  CadreError,
  CancelledError,
  describeError,
  HandlerError,
  InvalidOptionsError,
  isCadreError,
  TimeoutError,
} from '../../src/index.ts';
import { raise } from '../support/outcome.ts';

class OutOfTea extends CadreError<'OUT_OF_TEA'> {
  readonly code = 'OUT_OF_TEA' as const;
}

describe('an error of cadre', () => {
  it('carries its class, its code and what it was made from', () => {
    const cause = { kind: 'anything' };
    const error = new OutOfTea('No tea', { cause, retryable: true });

    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'OutOfTea', code: 'OUT_OF_TEA', message: 'No tea', retryable: true });
    expect(error.cause).toBe(cause);
  });

  it('has no cause of its own where nothing lies underneath, and an undefined one where that was the reason', () => {
    expect(Object.hasOwn(new OutOfTea('x'), 'cause')).toBe(false);
    expect(Object.hasOwn(new CancelledError('task', undefined), 'cause')).toBe(true);
  });

  it.each([undefined, null, '', 'text', 0, Symbol.for('r'), { reason: 1 }])(
    'keeps the reason %o of a cancellation exactly',
    (reason) => {
      expect(new CancelledError('task', reason).cause).toBe(reason);
    },
  );

  it.each([
    [new Error('x'), true],
    ['text', true],
    [undefined, true],
    [Object.freeze({ retryable: true }), true],
    [{ retryable: false }, false],
    [new InvalidOptionsError('o', 'p', 'r', 1), false],
    [new TimeoutError('t', 1), true],
    [new Proxy({}, { get: () => raise('get') }), true],
  ])('of a handler is worth a retry unless what was thrown says otherwise (case %#)', (thrown, retryable) => {
    expect(new HandlerError('agent "a"', thrown)).toMatchObject({ retryable, code: 'HANDLER_FAILED' });
  });
});

describe('isCadreError', () => {
  it('knows the errors of a second copy of the package, by brand and code', async () => {
    vi.resetModules();
    const copy = await import('../../src/index.ts');
    const foreign = new copy.TimeoutError('task', 5);

    expect(foreign).not.toBeInstanceOf(CadreError);
    expect(isCadreError(foreign)).toBe(true);
    expect(isCadreError(foreign, 'TIMEOUT')).toBe(true);
    expect(isCadreError(foreign, 'CANCELLED')).toBe(false);
    expect(copy.isCadreError(new TimeoutError('task', 5), 'TIMEOUT')).toBe(true);
  });

  it.each([
    undefined,
    null,
    'TIMEOUT',
    {},
    new Error('x'),
    Object.assign(new Error('x'), { code: 'TIMEOUT' }),
    { code: 'TIMEOUT', retryable: true },
    new DOMException('x', 'TimeoutError'),
  ])('is not taken in by %o', (value) => {
    expect(isCadreError(value, 'TIMEOUT')).toBe(false);
    expect(isCadreError(value)).toBe(false);
  });

  it('answers no for what throws when it is looked at', () => {
    const hostile = new Proxy(
      {},
      { get: () => raise('get'), getPrototypeOf: () => raise('proto'), has: () => raise('has') },
    );

    expect(isCadreError(hostile)).toBe(false);
  });
});

describe('describeError', () => {
  it('tells name, message, code and causes as plain data', () => {
    const cause = Object.assign(new TypeError('deep'), { code: 'E_DEEP', secret: 1 });

    expect(describeError(new OutOfTea('No tea', { cause }))).toEqual({
      name: 'OutOfTea',
      message: 'No tea',
      code: 'OUT_OF_TEA',
      cause: { name: 'TypeError', message: 'deep', code: 'E_DEEP' },
    });
  });

  it('ends a chain of causes that has no end', () => {
    const error = new Error('round');
    error.cause = error;

    expect(JSON.stringify(describeError(error)).length).toBeLessThan(1_000);
  });

  const hostile: [string, () => unknown][] = [
    [
      'a proxy whose traps throw',
      () => new Proxy({}, { get: () => raise('g'), getPrototypeOf: () => raise('p') }),
    ],
    ['a proxied error', () => new Proxy(new Error('e'), { get: () => raise('g') })],
    [
      'a message that throws',
      () => Object.defineProperty(new Error('m'), 'message', { get: () => raise('m') }),
    ],
    [
      'a message that is an object',
      () => Object.assign(new Error('m'), { message: { toString: () => raise('t') } }),
    ],
    ['a stack that throws', () => Object.defineProperty(new Error('m'), 'stack', { get: () => raise('s') })],
    ['a name that is a symbol', () => Object.assign(new Error('m'), { name: Symbol('n') })],
    ['a code that is a function', () => Object.assign(new Error('m'), { code: () => 1 })],
    ['a cause that throws', () => Object.defineProperty(new Error('m'), 'cause', { get: () => raise('c') })],
    ['a symbol', () => Symbol('s')],
    ['a function', () => () => 1],
    ['a bigint', () => 10n],
    [
      'a revoked proxy',
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      },
    ],
    ['an endless inspection', () => ({ [Symbol.for('nodejs.util.inspect.custom')]: () => raise('inspect') })],
    ['a megabyte of text', () => 'x'.repeat(1_000_000)],
  ];
  it.each(hostile)('never throws and stays small and JSON-safe for %s', (_what, make) => {
    const record = describeError(make());

    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
    expect(typeof record.name).toBe('string');
    expect(record.message.length).toBeLessThanOrEqual(200);
  });

  it('never throws and stays JSON-safe for anything', () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withSparseArray: true, withBigInt: true }),
        (thrown) => {
          const record = describeError(thrown);
          expect(JSON.parse(JSON.stringify(record))).toEqual(record);
        },
      ),
    );
  });
});
