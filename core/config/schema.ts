/**
 * Every configuration key, with its type, default and meaning: the one source of the `Config` type, the defaults, the
 * reading rules, forms and the reference page. Keys and defaults are BiaPy's (release 3.7.1), save for what says
 * "Biagraph only" and `SYSTEM.DEVICE`, whose default is `auto` because Biagraph picks the device by itself.
 */
import type { Static } from 'typebox';
import { AugmentorSchema } from './schema/augmentor.js';
import { DataSchema } from './schema/data.js';
import { type EditSchema, GraphSchema } from './schema/graph.js';
import { section, texts } from './schema/key.js';
import { LogSchema } from './schema/log.js';
import { LossSchema } from './schema/loss.js';
import { ModelSchema } from './schema/model.js';
import { PathsSchema } from './schema/paths.js';
import { ProblemSchema } from './schema/problem.js';
import { SystemSchema } from './schema/system.js';
import { TestSchema } from './schema/test.js';
import { TrainSchema } from './schema/train.js';

export const ConfigSchema = section({
  SYSTEM: SystemSchema,
  PROBLEM: ProblemSchema,
  DATA: DataSchema,
  AUGMENTOR: AugmentorSchema,
  MODEL: ModelSchema,
  LOSS: LossSchema,
  TRAIN: TrainSchema,
  TEST: TestSchema,
  PATHS: PathsSchema,
  LOG: LogSchema,
  PLUGINS: texts(
    [],
    'Plugins to load before anything else: npm packages or files (./my-filter.ts is beside this file). Biagraph only.',
  ),
  GRAPH: GraphSchema,
});

/** The whole configuration, completed with defaults. */
export type Config = Static<typeof ConfigSchema>;

/** One change under `GRAPH.train` or `GRAPH.test`. */
export type Edit = Static<typeof EditSchema>;
