import { entryAt } from '../tree.js';
import type { Mapping, Origin, Value } from '../value.js';
import { int, isTrue, list, literal, type OldFile, str } from './old-file.js';

const section = 'MODEL.HRNET';

/** HRNet as four sections, one per width, with a section for each stage (rules R066 to R068). */
export function upgradeHrnet(old: OldFile): void {
  let found = false;
  for (const width of [64, 48, 32, 18]) {
    const key = `MODEL.HRNET_${width}`;
    if (found) old.drop(key, 'R066', 'another width comes first');
    else if (old.entry(key)) {
      old.move(key, section, 'R066');
      found = true;
    }
  }
  const architecture = old.value('MODEL.ARCHITECTURE');
  const width = architecture?.kind === 'str' ? /^hrnet_?(\d+)$/i.exec(architecture.value)?.[1] : undefined;
  const custom = isTrue(old.seen(`${section}.CUSTOM`));
  if (architecture && width) {
    old.reshape('MODEL.ARCHITECTURE', str('hrnet', architecture.origin), 'R067');
    if (!custom) old.put(`${section}.VARIANT`, str(`W${width}`, architecture.origin));
  }
  const block = old.entry(section);
  if (block?.value.kind === 'map') flatten(old, block.value, block.origin);
}

/** Turns the stages of an old section into flat lists; a section in the new form stays as it is. */
function flatten(old: OldFile, block: Mapping, origin: Origin): void {
  const stages = [2, 3, 4, 5].filter((stage) => block.entries.has(`STAGE${stage}`));
  const custom = block.entries.get('CUSTOM');
  const down = block.entries.get('Z_DOWN')?.value;
  if (stages.length === 0 && !custom && !block.entries.has('STAGE1') && down?.kind !== 'bool') return;
  const read = (stage: number, name: string) => literal(entryAt(block, `STAGE${stage}.${name}`)?.value);
  const ones = (value: number, count: number): Value => list(Array(count).fill(int(value, origin)), origin);
  const put = (name: string, value: Value) => old.put(`${section}.${name}`, value, origin);

  old.take(`${section}.CUSTOM`);
  if (custom && isTrue(custom.value)) put('VARIANT', str('custom', origin));
  // Before VARIANT there was no W48 to fall back on: a section without the flag meant the narrowest net.
  else if (!block.entries.has('VARIANT')) put('VARIANT', str('W18', origin));
  if (stages.length > 0) {
    put('NUM_STAGES', int(stages.length, origin));
    put(
      'NUM_MODULES',
      list(
        stages.map((stage) => read(stage, 'NUM_MODULES') ?? int(1, origin)),
        origin,
      ),
    );
    put(
      'NUM_BRANCHES',
      list(
        stages.map((stage) => read(stage, 'NUM_BRANCHES') ?? int(stage, origin)),
        origin,
      ),
    );
    put(
      'NUM_BLOCKS',
      list(
        stages.map((stage) => read(stage, 'NUM_BLOCKS') ?? ones(4, stage)),
        origin,
      ),
    );
    put(
      'NUM_CHANNELS',
      list(
        stages.map((stage) => read(stage, 'NUM_CHANNELS') ?? doubled(stage, origin)),
        origin,
      ),
    );
  }
  if (down?.kind === 'bool') put('Z_DOWN', ones(down.value ? 2 : 1, Math.max(stages.length, 3)));
  for (const stage of [1, 2, 3, 4, 5]) old.take(`${section}.STAGE${stage}`);
  old.notice(
    'R068',
    section,
    origin,
    'Old form; the stages are read as flat lists.',
    'Write NUM_MODULES, NUM_BRANCHES, NUM_BLOCKS and NUM_CHANNELS.',
  );
}

function doubled(branches: number, origin: Origin): Value {
  return list(
    Array.from({ length: branches }, (_, i) => int(18 * 2 ** i, origin)),
    origin,
  );
}
