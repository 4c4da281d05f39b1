import { readdirSync, readFileSync } from 'node:fs';

/** The rooms of `src/`, a line per level. A room imports the kernel and those rooms before it that it names. */
const levels = [
  { kernel: [] },
  { storage: [], resilience: [], messaging: [], observability: [] },
  { agents: ['resilience'] },
  { context: ['storage'], routing: ['agents'], workflow: ['storage', 'resilience'] },
  { tasks: ['agents', 'routing', 'messaging', 'resilience'] },
];
levels.push({ coordinator: levels.flatMap((level) => Object.keys(level)) });

/** The one file that may import each runtime dependency. */
const dependencyDoors = {
  '@dagrejs/graphlib': 'src/workflow/graph.ts',
  '@standard-schema/spec': 'src/kernel/schema.ts',
  croner: 'src/workflow/timetable-calendar.ts',
  eventemitter3: 'src/kernel/events.ts',
  nanoid: 'src/kernel/ids.ts',
  'p-retry': 'src/resilience/retry.ts',
};

const rooms = levels.flatMap((level) => Object.entries(level)).map(([name, uses]) => ({ name, uses }));
const inRoom = (names) => `^src/(${names.join('|')})/`;
const exactly = (file) => `^${file.replaceAll('.', '\\.')}$`;

refuse(
  rooms.flatMap(({ name, uses }, place) =>
    uses
      .filter((used) => !rooms.slice(0, place).some((room) => room.name === used))
      .map((used) => `"${name}" uses "${used}", which is no room before it`),
  ),
);
refuse(
  readdirSync('src', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['testing', 'integrations'].includes(entry.name))
    .filter((entry) => !rooms.some((room) => room.name === entry.name))
    .map((entry) => `src/${entry.name}/ is on no level`),
);
refuse(
  Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).dependencies)
    .filter((name) => !(name in dependencyDoors))
    .map((name) => `the dependency "${name}" has no door`),
);

function refuse(faults) {
  if (faults.length > 0) throw new Error(`.dependency-cruiser.mjs: ${faults.join('; ')}`);
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...rooms.map(({ name, uses }) => ({
      name: `layers-${name}`,
      comment: `${name} may import: ${['kernel', ...uses].join(', ')}`,
      severity: 'error',
      from: { path: inRoom([name]) },
      to: { path: '^src/', pathNot: inRoom([name, 'kernel', ...uses]) },
    })),
    ...rooms
      .filter(({ name }) => name !== 'kernel')
      .map(({ name }) => ({
        name: `room-door-${name}`,
        comment: `other rooms import ${name} through its index.ts`,
        severity: 'error',
        from: { path: '^src/', pathNot: inRoom([name]) },
        to: { path: inRoom([name]), pathNot: exactly(`src/${name}/index.ts`) },
      })),
    {
      name: 'front-door',
      comment: 'nothing of testing or an integration is reachable from the front door',
      severity: 'error',
      from: { path: exactly('src/index.ts') },
      to: { path: inRoom(['testing', 'integrations']) },
    },
    {
      name: 'public-names-only',
      comment: 'testing and every integration import the front door only',
      severity: 'error',
      from: { path: '^src/(testing|integrations/[^/]+)/' },
      to: { path: '^src/', pathNot: ['^src/$1/', exactly('src/index.ts')] },
    },
    {
      name: 'examples-use-doors',
      comment: 'an example imports what a user can import',
      severity: 'error',
      from: { path: '^examples/' },
      to: {
        path: '^src/',
        pathNot: [exactly('src/index.ts'), '^src/(testing|integrations/[^/]+)/index\\.ts$'],
      },
    },
    {
      name: 'no-cycles',
      comment: 'type-only imports count',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...Object.entries(dependencyDoors).map(([name, file]) => ({
      name: `dependency-door-${name}`,
      comment: `only ${file} imports ${name}`,
      severity: 'error',
      from: { path: '^src/', pathNot: exactly(file) },
      to: { path: `(^|/)node_modules/${name}/` },
    })),
    {
      name: 'runtime-dependencies-only',
      comment: 'src imports neither devDependencies nor packages that package.json does not name',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The peers are installed only to measure them, so the modules that import them can not always be resolved.
    exclude: { path: '^bench/peers/(node_modules/|[^/]+\\.ts$)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
};
