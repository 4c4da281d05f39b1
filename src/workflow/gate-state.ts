import type { Approval, GateTarget } from './gates.ts';
import { agreementText } from './joins.ts';
import { refusePromise } from './refuse-promise.ts';

/** What one person decided. */
export interface GateVote {
  /** Who; one vote a person counts. */
  readonly person: string;
  /** In which role, where the gate asks for one. */
  readonly role: string | undefined;
  /** The decision, as the gate's schema returned it. */
  readonly value: unknown;
}

/** What happens to an open gate. */
export type GateEvent =
  | {
      /** Somebody decided. */
      readonly type: 'decided';
      /** Who and what. */
      readonly vote: GateVote;
    }
  | {
      /** The time of the next escalation has come: more people may decide. */
      readonly type: 'escalated';
    }
  | {
      /** The deadline has passed. */
      readonly type: 'expired';
    };

/** Where a gate stands. */
export type GateState =
  | {
      /** Too few have decided the same. */
      readonly status: 'open';
      /** The decisions so far, in their order. */
      readonly votes: readonly GateVote[];
      /** How many escalations there have been. */
      readonly escalations: number;
    }
  | {
      /** Enough have decided the same, or the default holds: a rejection, or not. */
      readonly status: 'decided' | 'rejected';
      /** The decision that counts: that of the last of those who agree. */
      readonly value: unknown;
      /** Those who agree, in the order of deciding; none for the default. */
      readonly by: readonly string[];
    }
  | {
      /** The deadline has passed, and there is no default. */
      readonly status: 'expired';
    };

/** Why a decision does not count. */
export type VoteFault = 'closed' | 'role' | 'repeated';

/** A gate that has just been opened. */
export const OPEN_GATE: GateState = Object.freeze({
  status: 'open',
  votes: Object.freeze([]),
  escalations: 0,
});

/**
 * Where a gate stands after something has happened. Told the same in the same order, it is the same; what does not
 * count, or comes after the end, leaves it as it is.
 *
 * It throws what `agreeOn` and `rejects` of the definition throw.
 */
export function reduceGate(gate: GateTarget, state: GateState, event: GateEvent): GateState {
  if (state.status !== 'open') return state;
  switch (event.type) {
    case 'expired':
      return gate.default === undefined ? { status: 'expired' } : decided(gate, gate.default.value, []);
    case 'escalated':
      return { ...state, escalations: Math.min(state.escalations + 1, gate.escalate.length) };
    case 'decided': {
      const { vote } = event;
      if (voteFault(gate, state, vote) !== undefined) return state;
      const votes = [...state.votes, vote];
      const text = agreementOf(gate, vote);
      const agreeing = votes.filter((other) => agreementOf(gate, other) === text);
      if (agreeing.length < gate.quorum) return { ...state, votes };
      return decided(
        gate,
        vote.value,
        agreeing.map(({ person }) => person),
      );
    }
  }
}

/** Why a decision would not count now; undefined when it would. */
export function voteFault(
  gate: GateTarget,
  state: GateState,
  { person, role }: Pick<GateVote, 'person' | 'role'>,
): VoteFault | undefined {
  if (state.status !== 'open') return 'closed';
  const roles = rolesOf(gate, state.escalations);
  if (roles !== undefined && (role === undefined || !roles.includes(role))) return 'role';
  return state.votes.some((vote) => vote.person === person) ? 'repeated' : undefined;
}

/** The roles that may decide after so many escalations; undefined for anybody. */
export function rolesOf({ by, escalate }: GateTarget, escalations: number): readonly string[] | undefined {
  return by && [...new Set([...by, ...escalate.slice(0, escalations).flatMap((step) => step.by)])];
}

/** When something happens to an open gate by itself, in milliseconds from its opening; Infinity for never. */
export function nextGateMoment(gate: GateTarget, state: GateState): number {
  if (state.status !== 'open') return Number.POSITIVE_INFINITY;
  return gate.escalate[state.escalations]?.after ?? gate.deadline;
}

function agreementOf(gate: GateTarget, { value }: GateVote): string {
  const part: unknown = gate.agreeOn(value as never);
  refusePromise('gate', 'agreeOn', part);
  return agreementText(part);
}

function decided(gate: GateTarget, value: unknown, by: readonly string[]): GateState {
  const isRejection: unknown = gate.rejects(value as never);
  refusePromise('gate', 'rejects', isRejection);
  return { status: isRejection ? 'rejected' : 'decided', value, by };
}

/** Reads a decision at a gate without a schema. Undefined when it is none. */
export function approvalOf(value: unknown): Approval | undefined {
  try {
    const { approved, comment } = (
      typeof value === 'object' && value !== null ? value : {}
    ) as Partial<Approval>;
    if (typeof approved !== 'boolean' || (comment !== undefined && typeof comment !== 'string'))
      return undefined;
    return comment === undefined ? { approved } : { approved, comment };
  } catch {
    return undefined;
  }
}
