/** What is put on record when a run goes on with another definition than it began with. */
export interface Revision {
  /** The fingerprint of the definition that it goes on with. */
  readonly fingerprint: string;
  /** Steps of which nothing counts any more. */
  readonly dropped: readonly string[];
  /** Entries that count in their place. */
  readonly entries: (at: number) => readonly string[];
}
