import { defineConfig, type ViteUserConfig } from 'vitest/config';

// The tests that look at the pure core from nearby: with all others, each mutant would take minutes.
const config: ViteUserConfig = defineConfig({
  test: {
    include: [
      'test/agents/*.test.ts',
      'test/kernel/queue*.test.ts',
      'test/messaging/{topics*,publish,respond,mailbox}.test.ts',
      'test/tasks/{limits,targets}.test.ts',
      'test/workflow/{state*,schedule*,alone,cancel,conditions,failures,plan-is-shared,random-dags,retries,snapshot,start-moment}.test.ts',
    ],
  },
});
export default config;
