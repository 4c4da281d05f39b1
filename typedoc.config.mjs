import { doors } from './scripts/doors.ts';

/** @type {import('typedoc').TypeDocOptions} */
export default {
  entryPoints: doors.map(({ source }) => source),
  out: 'docs/reference',
  readme: 'none',
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  treatWarningsAsErrors: true,
};
