import { existsSync } from 'node:fs';
import { showPlain } from '../value.js';
import type { Check } from './context.js';

const section = 'MODEL.BMZ.EXPORT';
const datasetKeys = ['name', 'doi', 'image_modality', 'dataset_id'];

/** Export as a package of the BioImage Model Zoo (rules R065, R333 to R337). */
export function checkExport(c: Check): void {
  const { EXPORT } = c.config.MODEL.BMZ;
  if (EXPORT.REUSE_BMZ_CONFIG && c.config.MODEL.SOURCE !== 'bmz')
    c.error(
      'R337',
      [`${section}.REUSE_BMZ_CONFIG`, 'MODEL.SOURCE'],
      'There is no model of the zoo to take the description from.',
      'Write False.',
    );
  if (!EXPORT.ENABLE || EXPORT.REUSE_BMZ_CONFIG) return;
  for (const name of ['MODEL_NAME', 'DESCRIPTION', 'AUTHORS', 'LICENSE', 'TAGS'] as const)
    if (EXPORT[name].length === 0)
      c.error(
        'R333',
        [`${section}.${name}`, `${section}.ENABLE`],
        'Expected a value for the export, came nothing.',
        'Fill it in, or write ENABLE: False.',
      );
  checkCitations(c);
  checkDataset(c);
  checkDocumentation(c);
}

function checkCitations(c: Check): void {
  for (const [i, citation] of c.config.MODEL.BMZ.EXPORT.CITE.entries()) {
    const keys = Object.keys(citation);
    if (!keys.includes('text') || keys.length < 2 || keys.some((key) => !['text', 'doi', 'url'].includes(key)))
      c.error(
        'R334',
        [`${section}.CITE.${i}`, `${section}.CITE`],
        `Expected a mapping with text, and doi or url, came ${showPlain(citation)}.`,
        'Write {text: ..., doi: ...}.',
      );
  }
}

function checkDataset(c: Check): void {
  const { DATASET_INFO } = c.config.MODEL.BMZ.EXPORT;
  const strange = Object.keys(DATASET_INFO[0] ?? {}).find((key) => !datasetKeys.includes(key));
  if (DATASET_INFO.length !== 1 || strange !== undefined) {
    const message = `Expected a list of one mapping with ${datasetKeys.join(', ')}, came ${showPlain(DATASET_INFO)}.`;
    c.error('R335', [`${section}.DATASET_INFO`, `${section}.ENABLE`], message, 'Write [{name: ..., doi: ...}].');
    return;
  }
  // BiaPy fills these in whenever the section is written at all; they matter to an export alone.
  const complete = Object.fromEntries(datasetKeys.map((key) => [key, DATASET_INFO[0][key] ?? `${key}_not_specified`]));
  c.derive('MODEL.BMZ.EXPORT.DATASET_INFO', [complete]);
}

function checkDocumentation(c: Check): void {
  const key = `${section}.DOCUMENTATION`;
  const { DOCUMENTATION: path } = c.config.MODEL.BMZ.EXPORT;
  if (path === '')
    c.warn(
      'R336',
      [key, `${section}.ENABLE`],
      'The package will hold a short text of its own.',
      'Give a file that ends in .md.',
    );
  else if (!path.endsWith('.md'))
    c.error('R336', key, `Expected a file that ends in .md, came ${showPlain(path)}.`, 'Write it as Markdown.');
  else if (c.options.checkPaths && !existsSync(path))
    c.error('R336', key, `There is nothing at ${showPlain(path)}.`, 'Correct the path.');
}
