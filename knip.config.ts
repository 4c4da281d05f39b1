import type { KnipConfig } from 'knip';
import { doors } from './scripts/doors.ts';

const config: KnipConfig = {
  entry: [
    ...doors.map(({ source }) => source),
    'bench/harness/child.ts', // bench/run.ts starts it as a process
    'examples/*.ts',
    'examples/*/main.ts',
    'test/**/*.test-d.ts',
  ],
  project: ['{src,test,examples,bench,scripts}/**/*.ts', '*.{ts,mjs}'],
};
export default config;
