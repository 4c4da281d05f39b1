/** A document of the WfFormat 1.5, as far as it is needed. */
export interface WfDocument {
  readonly name: string;
  readonly description: string;
  readonly createdAt: string;
  readonly schemaVersion: '1.5';
  readonly workflow: {
    readonly specification: {
      readonly tasks: readonly {
        readonly name: string;
        readonly id: string;
        readonly parents: readonly string[];
        readonly children: readonly string[];
      }[];
    };
    readonly execution: {
      readonly makespanInSeconds: number;
      readonly executedAt: string;
      readonly tasks: readonly { readonly id: string; readonly runtimeInSeconds: number }[];
    };
  };
}

interface Made {
  readonly id: string;
  readonly name: string;
  readonly seconds: number;
  readonly parents: readonly Made[];
  readonly children: string[];
  readonly endsAt: number;
}

/**
 * Makes up a workflow with the shape of Montage, which puts a mosaic of the sky together: each of side × side images is
 * projected, neighbours are compared, one model of the background is made of all differences, each image is corrected by
 * it, and all are added up. The runtimes are chance; the same seed gives the same.
 */
export function montage(side: number, seed = 1): WfDocument {
  const random = chance(seed);
  const made: Made[] = [];
  const task = (name: string, least: number, most: number, parents: readonly Made[]): Made => {
    const seconds = Math.round((least + random() * (most - least)) * 1_000) / 1_000;
    const id = `${name}_ID${String(made.length + 1).padStart(7, '0')}`;
    const endsAt = seconds + parents.reduce((latest, parent) => Math.max(latest, parent.endsAt), 0);
    const one: Made = { id, name, seconds, parents, children: [], endsAt };
    for (const parent of parents) parent.children.push(id);
    made.push(one);
    return one;
  };

  const projected = Array.from({ length: side * side }, () => task('mProject', 10, 18, []));
  const compared = projected.flatMap((image, place) => {
    const right = (place + 1) % side === 0 ? undefined : projected[place + 1];
    const neighbours = [right, projected[place + side]].filter((other) => other !== undefined);
    return neighbours.map((other) => task('mDiffFit', 0.5, 2, [image, other]));
  });
  const fits = task('mConcatFit', 3, 6, compared.length > 0 ? compared : projected);
  const model = task('mBgModel', 12, 20, [fits]);
  const corrected = projected.map((image) => task('mBackground', 1, 4, [image, model]));
  const listed = task('mImgtbl', 1, 2, corrected);
  const added = task('mAdd', 6, 10, [listed, ...corrected]);
  task('mViewer', 2, 4, [added]);
  return documentOf(side, made);
}

function documentOf(side: number, made: readonly Made[]): WfDocument {
  const makespan = made.reduce((latest, { endsAt }) => Math.max(latest, endsAt), 0);
  const at = '2026-01-01T00:00:00Z';
  return {
    name: `montage-${side}x${side}`,
    description: 'Made up, with the shape of Montage; no measured run.',
    createdAt: at,
    schemaVersion: '1.5',
    workflow: {
      specification: {
        tasks: made.map(({ id, name, parents, children }) => ({
          name,
          id,
          parents: parents.map((parent) => parent.id),
          children,
        })),
      },
      execution: {
        makespanInSeconds: Math.round(makespan * 1_000) / 1_000,
        executedAt: at,
        tasks: made.map(({ id, seconds }) => ({ id, runtimeInSeconds: seconds })),
      },
    },
  };
}

/** Numbers from 0 to below 1 that look like chance (a multiplicative congruential generator, Park and Miller 1988). */
function chance(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}
