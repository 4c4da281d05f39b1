// Mutation testing of the pure core: npm run test:mutation. The report lies in coverage/mutation/.
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: [
    'src/agents/capability-index.ts',
    'src/agents/requirement.ts',
    'src/kernel/queue.ts',
    'src/messaging/topics.ts',
    'src/workflow/schedule.ts',
    'src/workflow/state.ts',
  ],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 5_000,
  reporters: ['clear-text', 'json', 'progress'],
  clearTextReporter: { logTests: false, allowColor: false },
  jsonReporter: { fileName: 'coverage/mutation/mutation.json' },
  tempDirName: 'coverage/mutation/sandbox',
  thresholds: { high: 95, low: 85, break: 85 },
};
