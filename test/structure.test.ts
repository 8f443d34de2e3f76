import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokenRules, findCircles, findImports, type Imports, readImports, withoutTypes } from './imports.js';

describe('the sources', () => {
  const imports = readImports(fileURLToPath(new URL('..', import.meta.url)));

  test('are all there', () => {
    expect(imports.size).toBeGreaterThan(300);
    expect(imports.get('core/graph/run.ts')?.map(({ target }) => target)).toEqual(
      expect.arrayContaining(['rxjs', 'core/errors.ts', 'core/plugin/define.ts', 'core/graph/share.ts']),
    );
  });

  test('import downwards only, no plugin reaches into another, and tensors stay behind their surface', () => {
    expect(brokenRules(imports)).toEqual([]);
  });

  test('have no circle at run time', () => expect(findCircles(withoutTypes(imports))).toEqual([]));

  test('have no circle, of types either', () => {
    expect(findCircles(imports).map((circle) => circle.join(' → '))).toEqual([]);
  });
});

describe('imports are found', () => {
  const targets = (text: string) => findImports(text).map(({ target }) => target);

  test.each([
    ["import { a } from './a.js';", './a.js'],
    ["import a, { type B } from './a.js';", './a.js'],
    ["import * as a from './a.js';", './a.js'],
    ["import type { A } from './a.js';", './a.js'],
    ["import {\n  a,\n  b, // about b\n} from './a.js';", './a.js'],
    ["import './a.js';", './a.js'],
    ["export { a } from './a.js';", './a.js'],
    ["export * from './a.js';", './a.js'],
    ["export type { A } from './a.js';", './a.js'],
    ["const a = await import('./a.js');", './a.js'],
    ["type A = typeof import('./a.js');", './a.js'],
    ['import { a } from "a-package";', 'a-package'],
  ])('%j', (text, target) => expect(targets(text)).toEqual([target]));

  test.each([
    ["// import { a } from './a.js';"],
    ["/* import './a.js'; */"],
    ['const text = "import { a } from \'./a.js\'";'],
    ["const text = `import { a } from './a.js';`;"],
    ["export const from = 'here';"],
    ["export function f() { return 'from'; }"],
  ])('but not in %j', (text) => expect(targets(text)).toEqual([]));

  test('among other things, with what is a type', () => {
    const text = `/** import 'x'; */ import type { A } from './a.js';\nconst b = "it's";\nexport { c } from './c.js'; // 'd`;
    expect(findImports(text)).toEqual([
      { target: './a.js', typeOnly: true },
      { target: './c.js', typeOnly: false },
    ]);
  });
});

describe('a tree that breaks the rules', () => {
  let root: string;
  let imports: Imports;
  const files = {
    'core/a.ts': "import { b } from '../plugins/role/b.js';",
    'core/c.ts': "import type { D } from './d.js';",
    'core/d.ts': "export * from './e.js';",
    'core/e.ts': "const c = import('./c.js');",
    'core/f.ts': "import * as tf from '@tensorflow/tfjs'; import './missing.js';",
    'core/tensor/g.ts': "import * as tf from '@tensorflow/tfjs';",
    'plugins/role/b.ts': "import { x } from '../other/x.js'; import { c } from '../../core/c.js';",
    'plugins/role/index.ts': "export * from './b.js';",
    'plugins/other/x.ts': "import '../../graphs/g.js';",
    'plugins/index.ts': "import './role/index.js'; import './other/x.js';",
    'graphs/g.ts': "import '../plugins/index.js'; import '../cli/main.js';",
    'index.ts': "import './graphs/g.js';",
    'host/server.ts': "import '../index.js'; import '../cli/main.js';",
    'cli/main.ts': "import '../index.js'; import '../host/server.js';",
  };

  beforeAll(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'structure-'));
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), text);
    }
    imports = readImports(root);
  });
  afterAll(() => rm(root, { recursive: true }));

  test('is told each of them', () => {
    expect(brokenRules(imports)).toEqual([
      'core/a.ts imports plugins/role/b.ts: core must not import plugins.',
      'core/f.ts imports @tensorflow/tfjs: only core/tensor may.',
      'core/f.ts imports core/missing.js, which is not there.',
      'graphs/g.ts imports cli/main.ts: graphs must not import cli.',
      'host/server.ts imports cli/main.ts: host must not import cli.',
      'plugins/other/x.ts imports graphs/g.ts: plugins must not import graphs.',
      "plugins/role/b.ts imports plugins/other/x.ts: a plugin must not reach into another's folder.",
    ]);
  });

  test('is told its circles, those of types too', () => {
    const circles = findCircles(imports).map((circle) => circle.join(' → '));
    expect(circles).toContain('core/c.ts → core/d.ts → core/e.ts');
    expect(circles).toContain('cli/main.ts → host/server.ts');
    expect(findCircles(withoutTypes(imports)).flat()).not.toContain('core/c.ts');
  });
});
