import { defineConfig } from 'tsup';
import { doors } from './scripts/doors.ts';

const config: ReturnType<typeof defineConfig> = defineConfig({
  entry: Object.fromEntries(doors.map(({ entry, source }) => [entry, source])),
  format: ['esm'],
  target: 'node22',
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
});
export default config;
