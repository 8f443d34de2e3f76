import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that measure the memory of their process, which therefore must be theirs alone. */
const measuring = [
  'test/plugins/format/damaged-files.test.ts',
  'test/plugins/format/tiff-damage.test.ts',
  'test/plugins/format/zarr.test.ts',
  'test/plugins/loader/volumes.test.ts',
];

/** Folders of tests that wait for jobs, which take longest; when they come last, a core has nothing to do in the end. */
const waiting = ['test/e2e/', 'test/docs/', 'test/bench/', 'test/cli/', 'test/core/job/', 'test/examples/'];

/** Files of the folders that take longest first, whatever their size. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const place = waiting.findIndex((folder) => relative(project.config.root, moduleId).startsWith(folder));
      return place < 0 ? waiting.length : place;
    };
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) =>
      sorted.filter((file) => file.project === project).sort((a, b) => rank(a) - rank(b)),
    );
  }
}

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores: more workers would only make the tensor sessions fight for them.
    maxWorkers: 2,
    reporters: ['default'],
    sequence: { sequencer: LongestFirst },
    projects: [
      // Test files share two processes: the tensor library is then imported twice, not four hundred times.
      { extends: true, test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: measuring, isolate: false } },
      { extends: true, test: { name: 'memory', include: measuring } },
    ],
  },
});
