// Puts TypeBox into two files of dist. It comes as seven hundred, which took half a second of every start of the command
// and of every worker thread to find and read.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');
const folder = path.join(dist, 'packages');
const require = createRequire(import.meta.url);
// The bundler that tsx brings along.
const { build } = createRequire(require.resolve('tsx'))('esbuild');

const PACKAGES = { typebox: 'typebox.js', 'typebox/value': 'typebox-value.js' };

await build({
  entryPoints: Object.fromEntries(Object.entries(PACKAGES).map(([name, file]) => [path.parse(file).name, name])),
  absWorkingDir: root,
  outdir: folder,
  bundle: true,
  // What the files have in common is a third one, so that they share it.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  banner: { js: `/*\n${readFileSync(path.join(root, 'node_modules/typebox/license'), 'utf8').trim()}\n*/` },
});

for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  const file = path.join(dist, name);
  if (!file.endsWith('.js') || file.startsWith(folder)) continue;
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(/^((?:import|export) [^;]*?from )'(typebox(?:\/value)?)';$/gm, (_, start, wanted) => {
    const target = path.relative(path.dirname(file), path.join(folder, PACKAGES[wanted])).replaceAll(path.sep, '/');
    return `${start}'${target.startsWith('.') ? target : `./${target}`}';`;
  });
  if (/ from 'typebox/.test(changed))
    throw new Error(`${file}: an import of TypeBox is written in a way not known here.`);
  if (changed !== text) writeFileSync(file, changed);
}
