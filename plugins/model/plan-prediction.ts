/** What a prediction will compute. */
import type { DirectedChannels } from '../../core/image/directed-channels.js';
import { formsOf } from '../../core/image/test-time-augmentation.js';
import { counted, countPieces, type Forecast, type Planner } from '../../core/plugin/forecast.js';
import type { NetworkSpec } from '../../core/plugin/network-spec.js';

export interface PredictionSettings {
  network: NetworkSpec;
  batchSize: number;
  augmentation: { group: 'full' | 'flips' | 'none'; directed?: readonly DirectedChannels[] } | null;
}

/** Foretells the batches: they never mix images, and with test-time augmentation they hold the forms of one patch. */
export function planPrediction(
  { network, batchSize, augmentation }: PredictionSettings,
  main: Forecast,
  { tell, computes }: Planner,
): Forecast {
  const patches = main.patches ?? [];
  const forms = augmentation ? formsOf(network.ndim, augmentation.group, augmentation.directed).length : 1;
  const calls = patches.flatMap(({ shape, count }) => {
    const [together, times] = augmentation ? [forms, count] : [count, 1];
    const [full, rest] = [Math.floor(together / batchSize), together % batchSize];
    return [
      ...(full > 0 ? [{ shape: [batchSize, ...shape], count: full * times }] : []),
      ...(rest > 0 ? [{ shape: [rest, ...shape], count: times }] : []),
    ];
  });
  const total = countPieces(calls);
  const all = counted(countPieces(patches), 'patch');
  tell({
    value: `${counted(total, 'batch')} of up to ${batchSize}`,
    why: augmentation
      ? `Each of ${all} is predicted in ${forms} forms (TEST.AUGMENTATION), ${batchSize} at once (TRAIN.BATCH_SIZE).`
      : `${all}, ${batchSize} at once (TRAIN.BATCH_SIZE), those of one image together.`,
    facts: { batches: total },
  });
  computes({ network, calls });
  return main;
}
