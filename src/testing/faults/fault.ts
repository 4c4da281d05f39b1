/** What can go wrong at one place. */
export type LocalFaultKind =
  | 'handlerError'
  | 'handlerHang'
  | 'handlerSlow'
  | 'messageLost'
  | 'messageDuplicated'
  | 'messageDelayed'
  | 'messageReordered'
  | 'storeError'
  | 'storeSlow';

/** A fault that strikes here and now. */
export interface LocalFault {
  /** Its kind and number, such as `messageLost#3`. */
  readonly id: string;
  /** How much later, or longer, in milliseconds; for those that are a matter of time. */
  readonly ms: number;
  /** For an error: true when the handler does its work, or the store has its effect, before it fails. */
  readonly after: boolean;
  /** For an error: what is thrown; undefined for an `InjectedFaultError`, or what a store says of one. */
  readonly error: unknown;
}

/** Decides what goes wrong. */
export interface FaultSource {
  /** Asked at every opportunity. @param where Whom it would strike: an agent's name, a topic, a call of a store. */
  strike(kind: LocalFaultKind, where: string): LocalFault | undefined;
}
