import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: more workers would only make the tensor sessions fight for them.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
