import { bool, ChannelOptions, float, I2I, int, ints, listOf, section, text, texts, tuple } from './key.js';

export const ImageToImageSchema = section(
  {
    CHANNELS_PER_HEAD_INFO: ints(
      [],
      'Number of output channels of each head; must add up to the number of output channels.',
    ),
    SEPARATED_DECODERS_PER_HEAD: bool(false, 'Build one decoder for each head.'),
    SEPARATED_DECODERS_DIVIDE_FEATURE_MAPS: bool(false, 'Divide the feature maps by the number of decoders.'),
    OUTPUT_CHANNELS: int(1, 'Number of channels the model predicts.'),
    MULTIPLE_RAW_ONE_TARGET_LOADER: bool(
      false,
      'Expect one folder of input variants for each sample and draw one of them at random.',
    ),
    BALANCE_GROUPS: section({
      ENABLE: bool(false, 'Draw training samples evenly across groups taken from the file names.'),
      REGEX: text('^(Study_\\d+)_', 'Regular expression whose first capture group on the file name is the group id.'),
      ALPHA: float(
        0.5,
        'Exponent, in 0..1, on the group size: 1 keeps the natural frequencies and 0 makes all groups equally likely.',
      ),
    }),
    OUTPUT_CHANNEL_ACT: texts([], 'Activation of the output channels; empty is linear.'),
    MEMBRANE_REPAIR: section({
      ENABLE: bool(false, 'Switch the workflow to membrane repair: affinities learned from derived membrane channels.'),
      SOURCE_CHANNELS: texts(
        ['membrane', 'raw'],
        'Ordered names of the channels on disk; any name besides membrane and raw counts as a class map.',
      ),
      DERIVED_CHANNELS: texts(
        ['skeleton_dt', 'hessian_blob', 'meijering'],
        'Ordered channels computed from the sources and fed to the model.',
        { choices: ['skeleton_dt', 'hessian_blob', 'meijering', 'class_union'] },
      ),
      DERIVED_CHANNELS_EXTRA_OPTS: listOf(
        ChannelOptions,
        [{}],
        'List with one mapping of derived channel to its options (clamp_px 10, per_slice true; sigma_range; standardize true; threshold 0.5).',
      ),
      CLASS_SET_CHANNELS: texts(
        [],
        'Derived channels whose order carries no meaning and that go through an order-invariant encoder.',
      ),
      CLASS_SET_ENCODER: section({
        OUT_CHANNELS: int(8, 'Width of the order-invariant encoding.'),
        POOLING: text('max', 'How the order-invariant encoder pools its channels.', { choices: ['max', 'mean'] }),
      }),
      DATA_CHANNELS: texts(
        ['A', 'I'],
        'Target channels made from the instance labels; A is learned and I only carries labels.',
      ),
      DATA_CHANNELS_EXTRA_OPTS: listOf(
        ChannelOptions,
        [{}],
        'List with one mapping of target channel to its options, as in instance segmentation.',
      ),
      CLASS_REBALANCE_WITHIN_CHANNELS: bool(
        true,
        'Rebalance each affinity channel by itself; false pools all of them.',
      ),
      POSTPROCESS: section({
        METHOD: text('agglomeration', 'How affinities become instances at test time.', {
          choices: ['watershed', 'agglomeration'],
        }),
        WATERSHED_SEED_TH: float(0.5, 'Seed threshold of the watershed method.'),
        WATERSHED_GROWTH_TH: float(0.5, 'Growth-mask threshold of the watershed method.'),
        FRAGMENT_SEED_TH: float(0.9, 'Seed threshold of the fragments in the agglomeration method.'),
        FRAGMENT_GROWTH_TH: float(0.1, 'Growth-mask threshold of the fragments in the agglomeration method.'),
        MERGE_TH: float(0.5, 'Merge while the boundary score is at least this value (agglomeration).'),
        MERGE_QUANTILE: float(50, 'Percentile (0 to 100) of the boundary affinities used as score (agglomeration).'),
        MIN_EDGE_VOXELS: int(5, 'Supporting voxel pairs needed before a merge (agglomeration).'),
      }),
      GAP_AUG: section({
        ENABLE: bool(false, 'Augmentation that erases random bands of the membrane channel.'),
        PROB: float(0.5, 'Probability for each Z slice that the augmentation erases bands.'),
        LENGTH_RANGE: tuple([0.3, 1], 'Band length range (min,max) as a fraction of the border-to-border extent.'),
        THICKNESS_RANGE: tuple([4, 9], 'Band thickness range (min,max) in pixels.'),
        N_LINES: tuple([1, 3], 'Range (min,max) of the number of bands in a slice.'),
      }),
      BRIDGE_AUG: section({
        ENABLE: bool(false, 'Augmentation that paints random bands of the membrane channel.'),
        PROB: float(0.3, 'Probability for each Z slice that the augmentation paints bands.'),
        LENGTH_RANGE: tuple([0.3, 1], 'Band length range (min,max) as a fraction of the border-to-border extent.'),
        THICKNESS_RANGE: tuple([4, 9], 'Band thickness range (min,max) in pixels.'),
        N_LINES: tuple([1, 3], 'Range (min,max) of the number of bands in a slice.'),
      }),
      ARTIFACT_AUG: section({
        ENABLE: bool(false, 'Augmentation that adds heavy acquisition artefacts (bands or ink-like blobs).'),
        PROB: float(0.1, 'Probability of the artefact for each Z slice.'),
        BAND_PROB: float(0.5, 'Probability that the artefact is a band; otherwise it is a set of blobs.'),
        BAND_THICKNESS_RANGE: tuple([50, 70], 'Band thickness range (min,max) in pixels.'),
        BLOB_SIZE_RANGE: tuple([0.1, 0.3], 'Blob radius range (min,max) as a fraction of the shorter image side.'),
        BLOB_N_RANGE: tuple([1, 3], 'Range (min,max) of the number of blobs.'),
      }),
      SKELETON_PERTURB_AUG: section({
        ENABLE: bool(false, 'Augmentation that slightly dilates, erodes or adds spurs to the membrane.'),
        PROB: float(0.3, 'Probability of the perturbation for each Z slice.'),
        RADIUS_RANGE: tuple([1, 2], 'Radius range (min,max) in pixels of the perturbation.'),
      }),
      SLICE_DROPOUT_AUG: section({
        ENABLE: bool(false, 'Augmentation that blanks whole Z slices of the source channels.'),
        PROB: float(0.3, 'Probability that a slice of a source channel is blanked.'),
      }),
    }),
  },
  { workflows: [I2I] },
);
