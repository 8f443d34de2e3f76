import { defineConfig } from 'vitest/config';

/** Tests that measure the memory of their process, which therefore must be theirs alone. */
const measuring = [
  'test/plugins/format/damaged-files.test.ts',
  'test/plugins/format/tiff-damage.test.ts',
  'test/plugins/format/zarr.test.ts',
  'test/plugins/loader/volumes.test.ts',
];

/** Folders whose test files share a process: the tensor library is then imported twice, not four hundred times. */
const sharing = ['test/core/**/*.test.ts', 'test/graphs/**/*.test.ts', 'test/plugins/**/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores: more workers would only make the tensor sessions fight for them.
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      { extends: true, test: { name: 'parts', include: sharing, exclude: measuring, isolate: false } },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: sharing } },
      { extends: true, test: { name: 'memory', include: measuring } },
    ],
  },
});
