/** What a contract needs of a test runner: `describe` and `it` of vitest, jest, mocha or node:test. */
export interface ContractRunner {
  /** Puts clauses under a name. */
  describe(name: string, body: () => void): unknown;
  /** Takes one clause, which rejects with an `Error` that says what is wrong. */
  it(name: string, body: () => Promise<void>): unknown;
}

/** A clause that is broken. */
export interface BrokenClause {
  /** The clause, after the name of its contract. */
  readonly clause: string;
  /** What is wrong. */
  readonly error: unknown;
}

/** What became of each clause of a contract. */
export interface ContractReport {
  /** The clauses that hold, in their order. */
  readonly passed: readonly string[];
  /** Those that are broken, in their order; empty when the contract is kept. */
  readonly failed: readonly BrokenClause[];
}

/**
 * Runs a contract without a test runner, one clause after the other:
 * `await runContract((runner) => strategyContract(runner, leastLoaded))`.
 *
 * Never rejects because of a broken clause; look at `failed`. Clauses wait for a bounded time, as their options say.
 */
export async function runContract(contract: (runner: ContractRunner) => void): Promise<ContractReport> {
  const clauses: { readonly name: string; readonly body: () => Promise<void> }[] = [];
  const above: string[] = [];
  contract({
    describe: (name, body) => {
      above.push(name);
      body();
      above.pop();
    },
    it: (name, body) => {
      clauses.push({ name: [...above, name].join(': '), body });
    },
  });
  const passed: string[] = [];
  const failed: BrokenClause[] = [];
  for (const { name, body } of clauses) {
    try {
      await body();
      passed.push(name);
    } catch (error) {
      failed.push({ clause: name, error });
    }
  }
  return { passed, failed };
}
