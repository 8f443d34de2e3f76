/**
 * The configuration: one YAML file in, a typed and checked tree out.
 *
 *     const { config, problems } = loadConfig('job.yaml', { jobName: 'nuclei' });
 *     console.log(config.TRAIN.EPOCHS, problems.length);
 */
export { compareWithCheckpoint, findCheckpoint } from './check/checkpoint.js';
export type { CheckpointContent } from './checkpoint.js';
export { ignoredClass } from './ignored-class.js';
export { configKeys, type KeyInfo } from './keys.js';
export {
  checkpointToLoad,
  configForInference,
  type LoadedConfig,
  type LoadOptions,
  loadConfig,
  readPlugins,
} from './load.js';
export { memoryBudgetBytes } from './memory-budget.js';
export type { PythonType, Workflow } from './schema/key.js';
export { type Config, ConfigSchema, type Edit } from './schema.js';
export { toYaml } from './to-yaml.js';
