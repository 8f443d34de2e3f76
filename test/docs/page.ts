/** Reading the project's pages, for tests of what they say. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Markdown pages, relative to the project's folder, with `/`. */
export function listPages(): string[] {
  const documents = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...documents.filter((name) => name.endsWith('.md')).map((name) => `docs/${name.split(path.sep).join('/')}`),
  ].sort();
}

export function readPage(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8');
}

export interface SampleFile {
  name: string;
  text: string;
}

/** Code blocks that name a file in their first line, `// file: my-filter.ts` or `# file: job.yaml`. */
export function sampleFiles(text: string): SampleFile[] {
  const blocks = text.matchAll(/^```(?:ts|yaml)\n(?:\/\/|#) file: (\S+)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, name, content]) => ({ name, text: content }));
}
