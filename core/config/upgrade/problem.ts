import type { Origin, Value } from '../value.js';
import { bool, int, isTrue, itemsOf, list, type OldFile, str, texts, textsOf } from './old-file.js';

const instances = 'PROBLEM.INSTANCE_SEG';

/** Settings of the workflows as older releases wrote them (rules R036 to R041). */
export function upgradeProblem(old: OldFile): void {
  const dilation = old.value('PROBLEM.DETECTION.CENTRAL_POINT_DILATION');
  if (dilation?.kind === 'int')
    old.reshape('PROBLEM.DETECTION.CENTRAL_POINT_DILATION', list([dilation], dilation.origin), 'R036');
  const upscaling = old.value('PROBLEM.SUPER_RESOLUTION.UPSCALING');
  if (upscaling?.kind === 'int') {
    const items = Array.from({ length: old.dims }, () => int(upscaling.value, upscaling.origin));
    const { origin } = upscaling;
    old.reshape('PROBLEM.SUPER_RESOLUTION.UPSCALING', { kind: 'tuple', items, origin }, 'R037');
  }
  upgradeChannels(old);
  upgradeDistanceMask(old);
  upgradeThresholds(old);
}

/** `BCD` and the like: letters run together, with the meaning that some letters had then. */
function upgradeChannels(old: OldFile): void {
  const key = `${instances}.DATA_CHANNELS`;
  const channels = old.value(key);
  if (channels?.kind !== 'str') return;
  const flow = old.dims === 3 ? ['Z', 'V', 'H'] : ['V', 'H'];
  // Upstream splits `Dv2` into three letters and fails; it is one channel.
  const letters: string[] = channels.value.match(/Dv2|[A-Z]/g) ?? [];
  if (letters.join('') !== channels.value) return;
  const named = letters.filter((letter) => letter !== 'F').map((letter) => newLetter[letter] ?? letter);
  const all = letters.includes('F') ? [...named, ...flow] : named;
  old.reshape(key, texts(all, channels.origin), 'R038');
}

const newLetter: Record<string, string> = { B: 'F', D: 'Db', Dv2: 'D' };

/** Upstream writes the option to channel `D`, which has none; the old distance channel is `Db` now. */
function upgradeDistanceMask(old: OldFile): void {
  const key = `${instances}.DISTANCE_CHANNEL_MASK`;
  const value = old.value(key);
  const masked = value === undefined || isTrue(value);
  const entry = old.drop(key, 'R039', 'it is the option mask_values of the distance channel');
  if (!entry || masked || !textsOf(old.seen(`${instances}.DATA_CHANNELS`)).includes('Db')) return;
  const { origin } = entry;
  const options = itemsOf(old.seen(`${instances}.DATA_CHANNELS_EXTRA_OPTS`))?.[0];
  const channels = new Map(options?.kind === 'map' ? options.entries : []);
  const distance = channels.get('Db')?.value;
  const entries = new Map(distance?.kind === 'map' ? distance.entries : []);
  entries.set('mask_values', { origin, value: bool(false, origin) });
  channels.set('Db', { origin, value: { kind: 'map', entries, origin } });
  old.put(`${instances}.DATA_CHANNELS_EXTRA_OPTS`, list([{ kind: 'map', entries: channels, origin }], origin));
}

/** Thresholds of the marker-controlled watershed, one key per channel, became two lists. */
function upgradeThresholds(old: OldFile): void {
  const keyOf = (name: string) => `${instances}.DATA_MW_TH_${name}`;
  const type = old.value(keyOf('TYPE'));
  const manual = type?.kind === 'str' && type.value === 'manual';
  const entry = old.take(keyOf('TYPE'));
  const taken = new Map(thresholds.map((name) => [name, old.take(keyOf(name))]));
  const origin = entry?.origin ?? [...taken.values()].find((one) => one)?.origin;
  if (!origin) return;
  const channels = textsOf(old.seen(`${instances}.DATA_CHANNELS`));
  if (manual) {
    const used = (letters: string[]) => letters.find((letter) => channels.includes(letter));
    const seeds = seedOrder
      .map(([letters, name]) => [used(letters), name] as const)
      .filter((seed): seed is readonly [string, string] => seed[0] !== undefined);
    const threshold = (name: string): Value => taken.get(name)?.value ?? str('auto', origin);
    put(
      old,
      'SEED',
      seeds.map(([letter]) => letter),
      seeds.map(([, name]) => threshold(name)),
      origin,
    );
    if (channels.includes('F')) put(old, 'GROWTH_MASK', ['F'], [threshold('FOREGROUND')], origin);
  }
  const message = manual
    ? `Old keys; read as the seed and growth-mask channels and thresholds of ${instances}.WATERSHED.`
    : 'Old keys; dropped, as automatic thresholds are the default.';
  const advice = manual ? `Write ${instances}.WATERSHED.SEED_CHANNELS and the like instead.` : 'Remove them.';
  old.notice(manual ? 'R041' : 'R040', keyOf(entry ? 'TYPE' : '*'), origin, message, advice);
}

const thresholds = ['BINARY_MASK', 'CONTOUR', 'DISTANCE', 'POINTS', 'FOREGROUND'];
const seedOrder: [letters: string[], threshold: string][] = [
  [['F'], 'BINARY_MASK'],
  [['C'], 'CONTOUR'],
  [['Dc', 'D', 'Db'], 'DISTANCE'],
  [['P'], 'POINTS'],
];

function put(old: OldFile, kind: string, channels: string[], values: Value[], origin: Origin): void {
  old.put(`${instances}.WATERSHED.${kind}_CHANNELS`, texts(channels, origin));
  old.put(`${instances}.WATERSHED.${kind}_CHANNELS_THRESH`, list(values, origin));
}
