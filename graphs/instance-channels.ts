/**
 * What instance segmentation learns by the letters of DATA_CHANNELS: channels, heads, losses and metrics.
 */
import type { ChannelOptions } from '../core/config/check/channel-options.js';
import type { Config } from '../core/config/index.js';
import { ConfigError } from '../core/errors.js';
import type { DirectedChannels } from '../core/image/directed-channels.js';
import { channelLayout } from '../core/instances/channel-layout.js';
import { directedLayout } from '../core/instances/directed-layout.js';
import { embeddingSteps } from '../core/instances/embedding-objects.js';
import { type PredictedChannel, predictionLayout } from '../core/instances/prediction-layout.js';
import { embeddingGrid } from '../core/plugin/embedding-grid.js';
import type { LossSpec, MetricSpec } from '../core/plugin/network-spec.js';

const SECTION = 'PROBLEM.INSTANCE_SEG';

/** Channels of 0 and 1. */
const MASKS = ['F', 'B', 'P', 'C', 'T', 'M', 'A'];

export class InstanceChannels {
  /** Channels of the prediction, in their order. */
  readonly predicted: readonly PredictedChannel[];
  /** Channels of the class head: all classes with the background; 0 without a head. */
  readonly classes: number;
  private readonly options: Readonly<Record<string, ChannelOptions>>;
  /** Place of the border weights in the target, where they are used. */
  private readonly borders: number | null;
  /** Place of the classes in the target. */
  private readonly classTarget: number;
  private readonly weights: Readonly<Record<string, number>>;
  private readonly losses_: Readonly<Record<string, string>>;

  constructor(private readonly config: Config) {
    const settings = config.PROBLEM.INSTANCE_SEG;
    const all = settings.DATA_CHANNELS as string[];
    // Losses and weights are given in the order in which the channels are written.
    const letters = all.filter((channel) => channel !== 'We' && channel !== 'I');
    const axes = config.PROBLEM.NDIM === '3D' ? 3 : 2;
    this.options = (settings.DATA_CHANNELS_EXTRA_OPTS[0] ?? {}) as Record<string, ChannelOptions>;
    this.losses_ = byLetter(letters, settings.DATA_CHANNELS_LOSSES as string[]);
    this.weights = byLetter(letters, settings.DATA_CHANNEL_WEIGHTS as number[]);
    this.predicted = predictionLayout(letters, this.options, this.losses_, axes);
    this.classes = config.DATA.N_CLASSES > 2 ? config.DATA.N_CLASSES : 0;
    this.classTarget = channelLayout(letters, this.options, axes).reduce((sum, { count }) => sum + count, 0);
    this.borders = all.includes('We') ? this.classTarget + Number(this.classes > 0) : null;
    this.checkClassHead();
  }

  /** Channels of the prediction without the class head. */
  get width(): number {
    return this.predicted.reduce((sum, { count }) => sum + count, 0);
  }

  /** Channels of each head: one for all, or as CHANNELS_PER_HEAD_INFO divides them, and the class head. */
  get heads(): { channels: number[]; kinds: ('prediction' | 'class')[] } {
    const divided = this.config.PROBLEM.INSTANCE_SEG.CHANNELS_PER_HEAD_INFO as number[];
    const total = divided.reduce((sum, channels) => sum + channels, 0);
    if (divided.length > 0 && total !== this.width)
      throw refused(
        'CHANNELS_PER_HEAD_INFO',
        `the heads have ${total} channels in all, but ${this.predicted.map(({ channel }) => channel).join(', ')} are ${this.width}.`,
        'Give as many, in the order in which the network predicts them, or leave it empty.',
      );
    const predicted = divided.length > 0 ? [...divided] : [this.width];
    const own = this.classes > 0 ? [this.classes] : [];
    return {
      channels: [...predicted, ...own],
      kinds: [...predicted.map(() => 'prediction' as const), ...own.map(() => 'class' as const)],
    };
  }

  /** Activation of every channel that the network gives, when it predicts. */
  get activations(): string[] {
    return [
      ...this.predicted.flatMap(({ activation, count }) => new Array<string>(count).fill(activation)),
      ...new Array<string>(this.classes).fill('softmax'),
    ];
  }

  /** Channels of the prediction that turn with the image. */
  get directed(): DirectedChannels[] {
    return directedLayout(this.predicted, this.options, this.config.PROBLEM.NDIM === '3D' ? 3 : 2);
  }

  /** Whether the channels are the parts of a spatial embedding, which are learned together. */
  get embedded(): boolean {
    return this.predicted.some(({ channel }) => channel.startsWith('E_'));
  }

  get losses(): LossSpec {
    const { DATA_CHANNEL_WEIGHTS: weights } = this.config.PROBLEM.INSTANCE_SEG;
    if (this.embedded) return this.embeddingLosses();
    const terms = this.predicted.map((place) => this.term(place));
    if (this.classes > 0) {
      const weight = (weights as number[]).at(-1) ?? 1;
      terms.push({ loss: 'classes', output: 1, count: this.classes, target: this.classTarget, weight });
    }
    return [{ id: 'channels', weight: 1, parameters: { terms } }];
  }

  /**
   * Overlap of masks and classes, errors of everything else; embeddings are measured while they are learned only.
   *
   * @param output 0: those of the prediction alone.
   */
  metrics(output?: 0): MetricSpec {
    const predicted = this.embedded ? [] : this.predicted.map((place) => this.metric(place));
    if (this.classes === 0 || output === 0) return predicted;
    const part = { output: 1, before: this.width, count: this.classes, target: this.classTarget };
    return [...predicted, { id: 'iou', name: 'IoU (classes)', parameters: { classes: this.classes, ignore: 0, part } }];
  }

  /** Metrics of a training. */
  get trainingMetrics(): MetricSpec {
    const own = this.embedded ? [{ id: 'embedding_iou', parameters: { ...this.embeddingLayout() } }] : [];
    return [...own, ...this.metrics()];
  }

  /** How embeddings are learned: from numbers of objects in the first channel of the target, and centres in the last ones. */
  private embeddingLayout(): { steps: number[]; centres: number } {
    const axes = this.config.PROBLEM.NDIM === '3D' ? 3 : 2;
    const { gridSide, spacing } = embeddingGrid(this.config, 'TRAIN');
    const before = this.classTarget + Number(this.classes > 0) + Number(this.borders !== null);
    return { steps: embeddingSteps(axes, gridSide, spacing), centres: before };
  }

  private embeddingLosses(): LossSpec {
    const [foreground, instance, variance, seed] = this.config.PROBLEM.INSTANCE_SEG.DATA_CHANNEL_WEIGHTS as number[];
    const weights = { foreground, instance, variance, seed };
    const own = { id: 'embedding', weight: 1, parameters: { ...this.embeddingLayout(), weights } };
    if (this.classes === 0) return [own];
    const term = { loss: 'classes', output: 1, count: this.classes, target: this.classTarget, weight: 1 };
    return [own, { id: 'channels', weight: 1, parameters: { terms: [term] } }];
  }

  private term({ channel, first, count, target, activation }: PredictedChannel): Record<string, unknown> {
    const { CLASS_REBALANCE_WITHIN_CHANNELS: rebalance } = this.config.PROBLEM.INSTANCE_SEG;
    const place = { first, count, target, weight: this.weights[channel] ?? 1, extra: this.borders };
    const loss = this.losses_[channel];
    if (channel.startsWith('G')) return { ...place, loss: 'flow', extra: null };
    if (loss === 'bce') return { ...place, loss, rebalance };
    if (loss === 'ce') {
      if (activation === 'softmax') return { ...place, loss, extra: null };
      throw refused(
        'DATA_CHANNELS_LOSSES',
        `ce compares classes, but channel ${channel} has none.`,
        'Take bce, or Db with the option val_type: discretize.',
      );
    }
    if (activation === 'softmax' || loss === 'embedseg')
      throw refused(
        'DATA_CHANNELS_LOSSES',
        `channel ${channel} is not learned by ${loss}.`,
        'Leave the key out: each channel then has its own loss.',
      );
    const error = { ...place, loss: loss === 'mae' ? 'l1' : loss, activation };
    return this.isMasked(channel) ? { ...error, within: this.foreground(channel) } : { ...error, everywhere: true };
  }

  /** Distances count inside of objects, unless told otherwise. Offsets and masks count everywhere: outside they are 0. */
  private isMasked(channel: string): boolean {
    return ['Db', 'Dc', 'Dn', 'R'].includes(channel) && this.options[channel]?.mask_values !== false;
  }

  /** The mask of all objects among the targets; null where there is none: then pixels count whose own target is not 0. */
  private foreground(own: string): { channel: number; background: boolean } | null {
    for (const letter of ['F', 'M', 'B', 'Db']) {
      const place = this.predicted.find(({ channel }) => channel === letter && channel !== own);
      if (place) return { channel: place.target, background: letter === 'B' };
    }
    return null;
  }

  private metric({ channel, first, count, target, activation }: PredictedChannel): MetricSpec[number] {
    const name = `${channel} channel${count > 1 && activation !== 'softmax' ? 's' : ''}`;
    const part = { output: 0, first, count, target };
    if (MASKS.includes(channel))
      return { id: 'iou', name: `IoU (${name})`, parameters: { classes: 2, ignore: -1, part } };
    if (activation === 'softmax')
      return { id: 'iou', name: `IoU (${name})`, parameters: { classes: count, ignore: -1, part } };
    const factor = channel.startsWith('G') ? 5 : 1;
    return { id: 'l1', name: `L1 (${name})`, parameters: { first, count, target, activation, factor } };
  }

  /** Two softmaxes side by side would become one. */
  private checkClassHead(): void {
    if (this.classes > 0 && this.predicted.some(({ activation }) => activation === 'softmax'))
      throw refused(
        'DATA_CHANNELS_EXTRA_OPTS',
        'distances in steps (Db with val_type: discretize) do not go with classes of objects.',
        'Take val_type: norm, or DATA.N_CLASSES: 2.',
      );
  }
}

function byLetter<T>(letters: readonly string[], values: readonly T[]): Record<string, T> {
  return Object.fromEntries(letters.map((letter, i) => [letter, values[i]]));
}

function refused(key: string, message: string, advice: string): ConfigError {
  return new ConfigError([{ severity: 'error', key: `${SECTION}.${key}`, message, advice }]);
}
