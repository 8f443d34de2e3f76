import type { ChannelOptions } from './channel-options.js';
import type { Check } from './context.js';

/** Folder of the prepared targets: its name holds the channels and their options, so that a change makes them anew. */
export function deriveMaskFolders(
  c: Check,
  letters: readonly string[],
  options: Record<string, ChannelOptions>,
  regular: boolean,
): void {
  const suffix = regular
    ? letters.map((letter) => `_${letter}${optionSuffix(options[letter] ?? {}, [])}`).join('')
    : synapseSuffix(letters, options);
  for (const phase of ['TRAIN', 'VAL', 'TEST'] as const) {
    const data = c.config.DATA[phase];
    const base = data.INPUT_ZARR_MULTIPLE_DATA ? data.PATH : data.GT_PATH;
    c.derive(`DATA.${phase}.INSTANCE_CHANNELS_MASK_DIR`, base + suffix);
  }
}

function synapseSuffix(letters: readonly string[], options: Record<string, ChannelOptions>): string {
  return ['F_pre', 'F_post', 'F_cleft', 'Z']
    .filter((letter) => letters.includes(letter))
    .map(
      (letter) => `_${letter === 'Z' ? 'ZVH' : letter}${optionSuffix(options[letter] ?? {}, ['act', 'mask_values'])}`,
    )
    .join('');
}

function optionSuffix(options: ChannelOptions, without: string[]): string {
  return Object.entries(options)
    .filter(([name]) => !without.includes(name))
    .map(([name, value]) => `.${name}-${pythonName(value)}`)
    .join('');
}

/** Python's spelling, without spaces and brackets, commas turned into `-`. */
function pythonName(value: unknown): string {
  if (Array.isArray(value)) return value.map(pythonName).join('-');
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null ? 'None' : String(value);
}
