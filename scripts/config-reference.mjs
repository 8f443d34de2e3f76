// Writes docs/config-reference.md from the configuration schema.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tsImport } from 'tsx/esm/api';

const { referencePage } = await tsImport('../core/config/reference.ts', import.meta.url);
const page = fileURLToPath(new URL('../docs/config-reference.md', import.meta.url));
writeFileSync(page, referencePage());
