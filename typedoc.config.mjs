import { doors } from './scripts/doors.ts';

/** @type {import('typedoc').TypeDocOptions} */
export default {
  entryPoints: doors.map(({ source }) => source),
  out: 'docs/reference',
  readme: 'none',
  disableSources: true,
  skipErrorChecking: true, // npm run types has checked them
  excludePrivate: true,
  excludeInternal: true,
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  treatWarningsAsErrors: true,
  // They infer a type or wire rooms together; nobody outside has to name them.
  intentionallyNotExported: [
    'Added',
    'AnyCapability',
    'AnyTarget',
    'CallerInput',
    'CallerOutput',
    'CompositeData',
    'EscalationSettings',
    'HandlerInput',
    'HandlerOutput',
    'InputOf',
    'JsonObject',
    'NAMED',
    'Outputs',
    'ReadonlyOutputs',
    'RunData',
    'Runtime',
    'Seen',
    'StepExecutor',
    'TaskDistributorParts',
    'workflowFromJSON',
  ],
};
