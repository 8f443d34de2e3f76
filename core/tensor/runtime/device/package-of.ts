/** Optional packages: installed beside Biagraph, or in the folder that it runs in. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const places = () => [import.meta.url, path.join(process.cwd(), 'package.json')];

/** Folder of an installed package; undefined where there is none. */
export function packageFolder(name: string): string | undefined {
  for (const place of places())
    for (const folder of createRequire(place).resolve.paths(name) ?? []) {
      const found = path.join(folder, name);
      if (readVersion(found) !== undefined) return found;
    }
  return undefined;
}

/** Version of an installed package; undefined where there is none. */
export function packageVersion(name: string): string | undefined {
  const folder = packageFolder(name);
  return folder && readVersion(folder);
}

/** What a CommonJS package exports. @throws what loading it throws. */
export function requirePackage(name: string): unknown {
  return createRequire(import.meta.url)(packageFolder(name) ?? name);
}

function readVersion(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version?: string }).version;
  } catch {
    return undefined;
  }
}
