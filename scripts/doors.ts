import manifest from '../package.json' with { type: 'json' };

/** A code entry of `exports` in package.json. Build, docs, checks and tests all take their doors from here. */
export interface Door {
  /** What a user imports: `cadre`, `cadre/testing`. */
  readonly specifier: string;
  /** The file below `dist/` without its ending: `index`, `testing/index`. */
  readonly entry: string;
  /** The file behind the door, from the root of the repository: `src/testing/index.ts`. */
  readonly source: string;
}

type Target = string | { readonly default: string };

/** The doors of the package, the front door first. */
export const doors: readonly Door[] = Object.entries(manifest.exports as Record<string, Target>).flatMap(
  ([subpath, target]) => {
    if (typeof target === 'string') return [];
    const entry = target.default.replace('./dist/', '').replace(/\.js$/, '');
    return [{ specifier: `${manifest.name}${subpath.slice(1)}`, entry, source: `src/${entry}.ts` }];
  },
);
