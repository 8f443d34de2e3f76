/** Where this package lies. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder with `package.json`, `templates/` and `docs/`. Sources lie one folder below it, compiled files two. */
export function packageFolder(): string {
  for (const up of ['../', '../../']) {
    const folder = fileURLToPath(new URL(up, import.meta.url));
    if (existsSync(`${folder}package.json`) && existsSync(`${folder}templates`)) return folder;
  }
  throw new Error('the files of the package are not complete; install biagraph again');
}

/** Version of this package. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(`${packageFolder()}package.json`, 'utf8')).version;
}
