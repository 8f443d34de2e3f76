/** What `loader/folder` takes. */
import { type Static, Type } from 'typebox';
import { DEFAULT_AXES } from '../../core/image/array-source.js';
import { Subset } from '../../core/image/subset.js';
import { VOLUME_SHARES } from '../../core/image/volume-shares.js';
import { ClassFolders } from './class-folders.js';
import { PREDICTED } from './pairs.js';

const WITHIN = {
  array: Type.String({ default: '', description: 'Path, dotted or slashed; empty for the first array.' }),
  axes: Type.String({ default: DEFAULT_AXES, description: 'Order of the axes.' }),
};

export const FolderParameters = Type.Object(
  {
    images: Type.String({ description: 'Folder of raw images.' }),
    targets: Type.Union([Type.String(), Type.Null()], {
      default: null,
      description: 'Folder of targets; partners are matched by their place in the sorted lists.',
    }),
    ndim: Type.Union([Type.Literal('2D'), Type.Literal('3D')], { default: '2D' }),
    channels: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: 1,
      description: 'Channels that every raw image must have; null for any.',
    }),
    forceRgb: Type.Boolean({
      default: false,
      description: 'Repeat a single channel three times, of targets too where they are to have three.',
    }),
    targetChannels: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: 'Channels that every target must have; null for any.',
    }),
    targetHolds: Type.String({
      default: PREDICTED,
      description: 'What those channels are, for messages.',
    }),
    scale: Type.Array(Type.Integer({ minimum: 1 }), {
      default: [],
      description: 'Pixels of a target along one pixel of its image, for each axis; empty for one.',
    }),
    versions: Type.Boolean({
      default: false,
      description: 'Both folders hold a folder for each sample: with versions of the image, and with one target.',
    }),
    imagesWithin: Type.Object(WITHIN, {
      default: {},
      additionalProperties: false,
      description: 'Where the images lie in containers (Zarr, N5, HDF5).',
    }),
    targetsWithin: Type.Object(WITHIN, {
      default: {},
      additionalProperties: false,
      description: 'Where the targets lie; with a path and without a folder of targets, in the container of the image.',
    }),
    whole: Type.Union([Type.Boolean(), Type.Literal('fitting')], {
      default: false,
      description:
        'Volumes in containers are read whole, for steps that need all of a volume at once; fitting: those that fit into memory.',
    }),
    whyWhole: Type.String({ default: '', description: 'Why volumes are read whole, for messages.' }),
    chunkShare: Type.Number({
      default: VOLUME_SHARES.chunks,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Part of the memory budget for decoded chunks of containers.',
    }),
    classes: Type.Union([ClassFolders, Type.Null()], {
      default: null,
      description: 'The folder holds a folder for each class, which is the target of the images in it.',
    }),
    subset: Type.Union([Subset, Type.Null()], { default: null, description: 'Read one side of a split only.' }),
    share: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'Largest part of the memory budget that one image may take.',
    }),
  },
  { additionalProperties: false },
);

export type FolderParameters = Static<typeof FolderParameters>;
