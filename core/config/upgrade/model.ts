import { bool, isTrue, itemsOf, list, type OldFile, str, texts } from './old-file.js';

/** Model keys as older releases wrote them (rules R056 to R058, R060, R064). */
export function upgradeModel(old: OldFile): void {
  upgradeLoading(old);
  const normalized = isTrue(old.value('MODEL.BATCH_NORMALIZATION'));
  const batch = old.drop('MODEL.BATCH_NORMALIZATION', 'R058', 'MODEL.NORMALIZATION: bn says it');
  if (batch && normalized) old.put('MODEL.NORMALIZATION', str('bn', batch.origin));
  upgradeDecoder(old);
  upgradeExport(old);
}

function upgradeLoading(old: OldFile): void {
  const loaded = isTrue(old.seen('MODEL.LOAD_CHECKPOINT'));
  const whole = isTrue(old.value('MODEL.LOAD_MODEL_FROM_CHECKPOINT'));
  const items = 'MODEL.ITEMS_TO_LOAD_FROM_CHECKPOINT';
  const entry = old.drop('MODEL.LOAD_MODEL_FROM_CHECKPOINT', 'R056', `${items} says it`);
  if (entry && whole && loaded) old.put(items, texts(['weights', 'norm', 'model_arch'], entry.origin));
  const weightsOnly = isTrue(old.value('MODEL.LOAD_CHECKPOINT_ONLY_WEIGHTS'));
  const only = old.drop('MODEL.LOAD_CHECKPOINT_ONLY_WEIGHTS', 'R057', `${items} says it`);
  if (only && weightsOnly) old.put(items, texts(['weights'], only.origin));
}

/** The key marks a file from before anisotropic kernels, when LARGER_IO and ISOTROPY had other meanings. */
function upgradeDecoder(old: OldFile): void {
  const architecture = old.seenText('MODEL.ARCHITECTURE')?.toLowerCase() ?? 'unet';
  const key = 'MODEL.UNETR_DEC_ACTIVATION';
  const entry = old.entry(key);
  if (!entry) return;
  if (architecture === 'unetr') old.move(key, 'MODEL.ACTIVATION', 'R060');
  else old.drop(key, 'R060', 'it is for unetr');
  if (!['unet', 'attention_unet', 'resunet++'].includes(architecture)) return;
  const larger = old.entry('MODEL.LARGER_IO');
  if (larger && isTrue(larger.value)) old.reshape('MODEL.LARGER_IO', bool(false, larger.value.origin), 'R060');
  const isotropy = old.value('MODEL.ISOTROPY');
  const items = itemsOf(isotropy);
  if (isotropy && items?.some((item) => !isTrue(item)))
    old.reshape(
      'MODEL.ISOTROPY',
      list(
        items.map((item) => bool(true, item.origin)),
        isotropy.origin,
      ),
      'R060',
    );
}

function upgradeExport(old: OldFile): void {
  const section = 'MODEL.BMZ.EXPORT_MODEL';
  const entry = old.entry(section);
  if (entry?.value.kind !== 'map') return;
  old.move(`${section}.NAME`, 'MODEL.BMZ.EXPORT.MODEL_NAME', 'R064');
  for (const name of ['ENABLE', 'DESCRIPTION', 'AUTHORS', 'LICENSE', 'DOCUMENTATION', 'TAGS', 'CITE'])
    old.move(`${section}.${name}`, `MODEL.BMZ.EXPORT.${name}`, 'R064');
  old.drop(section, 'R064', 'MODEL.BMZ.EXPORT says it all');
}
