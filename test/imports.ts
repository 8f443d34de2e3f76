/** Who imports whom among the sources, and what of it breaks the rules of the design. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Import {
  /** A path from the root, or the name of a package as it was written. */
  target: string;
  /** `import type` or `export type`, of which nothing is left at run time. */
  typeOnly: boolean;
}

/** Files with what they import. */
export type Imports = Map<string, Import[]>;

/** From the bottom up: a folder imports what stands before it. Files of the root put all of it together. */
const LAYERS = ['core', 'plugins', 'graphs', '', 'host', 'cli'];

/** Packages that one folder alone reaches, so that they stay replaceable. */
const HIDDEN: Record<string, RegExp> = {
  'core/tensor': /^(@tensorflow\/|onnxruntime)/,
};

/** All imports of the TypeScript files of a source tree, dynamic ones too. */
export function readImports(root: string): Imports {
  const imports: Imports = new Map();
  const files = [
    ...readdirSync(root).filter((name) => name.endsWith('.ts') && !name.endsWith('.config.ts')),
    ...LAYERS.filter((layer) => layer && existsSync(path.join(root, layer))).flatMap((layer) =>
      readdirSync(path.join(root, layer), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => path.posix.join(layer, ...name.split(path.sep))),
    ),
  ];
  for (const file of files.sort())
    imports.set(
      file,
      findImports(readFileSync(path.join(root, file), 'utf8')).map(({ target, typeOnly }) => ({
        target: target.startsWith('.') ? sourceOf(root, path.posix.join(path.posix.dirname(file), target)) : target,
        typeOnly,
      })),
    );
  return imports;
}

/** What a compiled file is made from; files that are not compiled stay what they are. */
function sourceOf(root: string, file: string): string {
  const source = file.replace(/\.js$/, '.ts');
  return existsSync(path.join(root, source)) ? source : file;
}

// Comments and texts are matched too, so that what stands inside them is passed over.
const TOKEN = new RegExp(
  [
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*/,
    /\b(?:import|export)\b(?<type> type\b)?[^'"`;=]*?\bfrom\s*['"](?<from>[^'"\n]+)['"]/,
    /\bimport\s*\(?\s*['"](?<bare>[^'"\n]+)['"]/,
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** Module names in `import`, `export ... from`, `import()` and `import type` of a text. */
export function findImports(text: string): Import[] {
  return [...text.matchAll(TOKEN)].flatMap(({ groups }) => {
    const target = groups?.from ?? groups?.bare;
    return target === undefined ? [] : [{ target, typeOnly: groups?.type !== undefined }];
  });
}

/** Imports that go upwards, from one plugin's folder into another's, past the tensor surface, or nowhere. */
export function brokenRules(imports: Imports): string[] {
  const problems: string[] = [];
  for (const [file, targets] of imports)
    for (const { target } of targets) {
      const told = `${file} imports ${target}`;
      for (const [folder, packages] of Object.entries(HIDDEN))
        if (packages.test(target) && !file.startsWith(`${folder}/`)) problems.push(`${told}: only ${folder} may.`);
      const layer = layerOf(target);
      if (layer < 0 || !/\.[cm]?[jt]s$/.test(target)) continue;
      if (target.endsWith('.js')) problems.push(`${told}, which is not there.`);
      const own = layerOf(file);
      if (layer > own) problems.push(`${told}: ${nameOf(own)} must not import ${nameOf(layer)}.`);
      const [role, other] = [roleOf(file), roleOf(target)];
      if (role && other && role !== other) problems.push(`${told}: a plugin must not reach into another's folder.`);
    }
  return problems;
}

function layerOf(file: string): number {
  return LAYERS.indexOf(file.includes('/') ? file.slice(0, file.indexOf('/')) : '');
}

function nameOf(layer: number): string {
  return LAYERS[layer] || 'the root';
}

/** Folder of a plugin; `plugins/index.ts` belongs to none. */
function roleOf(file: string): string | undefined {
  return /^plugins\/([^/]+)\//.exec(file)?.[1];
}

/** Circles of imports, each with its files in order, from the first name of the alphabet. */
export function findCircles(imports: Imports): string[][] {
  const circles = new Map<string, string[]>();
  const done = new Set<string>();
  const walk = (file: string, trail: string[]) => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      const circle = trail.slice(at);
      const first = circle.indexOf([...circle].sort()[0]);
      const turned = [...circle.slice(first), ...circle.slice(0, first)];
      circles.set(turned.join(' '), turned);
      return;
    }
    if (done.has(file)) return;
    for (const { target } of imports.get(file) ?? []) if (imports.has(target)) walk(target, [...trail, file]);
    done.add(file);
  };
  for (const file of imports.keys()) walk(file, []);
  return [...circles.values()];
}

/** What is left at run time. */
export function withoutTypes(imports: Imports): Imports {
  return new Map([...imports].map(([file, list]) => [file, list.filter(({ typeOnly }) => !typeOnly)]));
}
