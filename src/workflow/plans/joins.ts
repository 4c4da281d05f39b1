import { duration, whole } from '../../kernel/options.ts';
import { type JoinOption, quorum } from '../joins.ts';
import { isObject } from './document.ts';
import { readExpression } from './expressions.ts';
import { at, shown } from './problems.ts';
import type { Reader } from './reader.ts';

const FIX = 'write "all", "settled", "any", { "atLeast": 2 }, { "quorum": 2 } or { "before": "30s" }';

/** Reads a join; undefined for none, for `all`, and for one that is wrong. */
export function readJoin(reader: Reader, path: string, value: unknown): JoinOption | undefined {
  if (value === undefined || value === 'all') return undefined;
  if (value === 'settled' || value === 'any') return value;
  const keys = isObject(value) ? Object.keys(value) : [];
  const [kind = ''] = keys;
  if (!isObject(value) || keys.some((key) => key !== kind && !(kind === 'quorum' && key === 'by')))
    return reader.problems.add(path, `there is no join ${shown(value)}`, FIX);
  switch (kind) {
    case 'atLeast': {
      const count = reader.read(at(path, kind), whole({ min: 1 }), value[kind]);
      return count === undefined ? undefined : Object.freeze({ kind, count });
    }
    case 'before': {
      const ms = reader.read(at(path, kind), duration(), value[kind]);
      return ms === undefined ? undefined : Object.freeze({ kind, ms });
    }
    case 'quorum': {
      const count = reader.read(at(path, kind), whole({ min: 1 }), value[kind]);
      const sight = { names: new Set(['output']), growing: false };
      const by = readExpression(reader, at(path, 'by'), value['by'] ?? '$.output', sight);
      return count === undefined ? undefined : quorum(count, (output: unknown) => by({ output }));
    }
    default:
      return reader.problems.add(path, `there is no join ${shown(value)}`, FIX);
  }
}
