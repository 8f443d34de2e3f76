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
