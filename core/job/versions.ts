/** Versions of what computes, for logs, manifests and reports. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Packages that decide about numbers, by the names under which they are reported. */
const PACKAGES = { onnxruntime: 'onnxruntime-node', tfjs: '@tensorflow/tfjs' } as const;

export interface Versions {
  biagraph: string;
  node: string;
  onnxruntime: string;
  tfjs: string;
}

/** Read from the packages themselves; `not installed` where one is missing. */
export function softwareVersions(): Versions {
  const folders = parents(path.dirname(fileURLToPath(import.meta.url)));
  const own = folders.map((folder) => readPackage(path.join(folder, 'package.json'))).find((found) => found);
  const dependency = (name: string) =>
    folders
      .map((folder) => readPackage(path.join(folder, 'node_modules', name, 'package.json')))
      .find((found) => found?.name === name)?.version ?? 'not installed';
  return {
    biagraph: own?.version ?? 'unknown',
    node: process.versions.node,
    onnxruntime: dependency(PACKAGES.onnxruntime),
    tfjs: dependency(PACKAGES.tfjs),
  };
}

/** The folder and all above it. */
function parents(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...parents(above)];
}

function readPackage(file: string): { name: string; version: string } | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string }) : undefined;
}
