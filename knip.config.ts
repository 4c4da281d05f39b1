import type { KnipConfig } from 'knip';
import { doors } from './scripts/doors.ts';

const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: [
        ...doors.map(({ source }) => source),
        'bench/harness/child.ts', // bench/run.ts starts it as a process
        'examples/*.ts',
        'examples/*/main.ts',
        'test/**/*.test-d.ts',
        'vitest.mutation.config.ts', // stryker.config.mjs names it
      ],
      project: ['{src,test,examples,bench,scripts}/**/*.ts', '*.{ts,mjs}'],
    },
    // It has a package.json of its own: the peers are installed only to measure them.
    'bench/peers': {
      entry: ['*.ts', 'harness/child.ts'], // child.ts is started as a process and imports the module of its peer
      project: ['**/*.ts'],
    },
  },
};
export default config;
