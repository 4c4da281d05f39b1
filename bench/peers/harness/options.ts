import { parseArgs } from 'node:util';
import { planOf } from '../../harness/options.ts';
import type { Plan } from '../../harness/types.ts';
import { type Peer, peers } from './roster.ts';

/** What the command line asks for. */
export interface PeerOptions {
  readonly plan: Plan;
  readonly smoke: boolean;
  readonly json: boolean;
  readonly only: readonly string[];
  readonly peers: readonly Peer[];
}

export const usage: string = `Options:
  --only W4,W6     these workloads; a prefix chooses all that begin with it
  --peers a,b      these peers: ${peers.map(({ name }) => name).join(', ')}
  --rounds n       rounds, every side once in each (default 5)
  --smoke          everything small and short, to see that it runs
  --json           print JSON in place of the table
  --help           this text`;

const split = (lists: readonly string[]) => lists.flatMap((list) => list.split(','));

/** Reads the command line. @throws RangeError for a value out of range, TypeError for an unknown option. */
export function parsePeerOptions(args: readonly string[]): PeerOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      peers: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { smoke, json } = values;
  const wanted = split(values.peers);
  for (const name of wanted) {
    if (!peers.some((peer) => peer.name === name)) throw new RangeError(`no peer ${name}`);
  }
  return {
    plan: planOf(smoke, values.rounds, 5),
    smoke,
    json,
    only: split(values.only),
    peers: wanted.length === 0 ? peers : peers.filter(({ name }) => wanted.includes(name)),
  };
}
