/** Names of tensors in the checkpoints of BiaPy, whose networks were renamed twice without any other change. */
import { FormatError } from '../../errors.js';
import type { NamedTensors } from '../tensor-data.js';

/** Old beginnings of names with the newest; the middle generation differs from it in the last two only. */
const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/^last_block\./, 'heads.0.'],
  [/^last_class_head\./, 'heads.1.'],
  // One list of decoder blocks became a list for each decoder.
  [/^up_path\.(?=\d)/, 'up_paths.0.'],
  [/^conv_out\.(?!\d)/, 'conv_out.0.'],
];

/**
 * Names that a tensor may have in the newest code, likely ones first. Its own name comes before all: some networks kept
 * what others changed, such as the `up_path` of ResUNet++.
 */
export function biapyNames(name: string): string[] {
  const newest = RENAMED.reduce((text, [old, now]) => text.replace(old, now), name);
  // The weight normalisation of PyTorch since 2.1 stores gain and direction as a parametrisation.
  const gains = newest
    .replace(/parametrizations\.weight\.original0$/, 'weight_g')
    .replace(/parametrizations\.weight\.original1$/, 'weight_v');
  // The head of a classifier is a list of layers, which was called by the name of a single one.
  const listed = newest.replace(/^heads\.0\.(?=\d+\.)/, 'heads.');
  // Programs that save a network as a part of their own call it so.
  return [...new Set([name, gains, listed, name.replace(/^model\./, '')])];
}

/**
 * Gives the tensors of a BiaPy checkpoint of any generation the newest names: `last_block` and `last_class_head` become
 * `heads.0` and `heads.1`, `up_path.<i>` becomes `up_paths.0.<i>`, `conv_out` becomes `conv_out.0`. Other names stay.
 *
 * @throws FormatError when two tensors would get the same name.
 */
export function renameBiapyKeys(tensors: NamedTensors): NamedTensors {
  const renamed: NamedTensors = new Map();
  for (const [name, tensor] of tensors) {
    const newest = RENAMED.reduce((text, [old, now]) => text.replace(old, now), name);
    if (renamed.has(newest))
      throw new FormatError(`the weights ${newest} are there twice, once under the older name. Keep one of the two.`);
    renamed.set(newest, tensor);
  }
  return renamed;
}
