import { bool, listOf, Options, section, text, texts } from './key.js';

export const BmzSchema = section({
  SOURCE_MODEL_ID: text('', 'DOI or nickname of the model-zoo model to load.'),
  EXPORT: section({
    ENABLE: bool(false, 'Export the model to the model-zoo format after the run.'),
    MODEL_NAME: text('', 'Name of the exported model.'),
    DESCRIPTION: text('', 'Description of the exported model.'),
    AUTHORS: listOf(Options, [], 'List of mappings with name and github_user (optionally affiliation, email, orcid).'),
    LICENSE: text('CC-BY-4.0', 'License identifier of the exported model.'),
    DOCUMENTATION: text('', 'Path of a markdown file with the documentation; empty generates one.'),
    TAGS: texts([], 'Extra tags; software, framework, dimension and workflow tags are added by themselves.'),
    CITE: listOf(Options, [], 'List of mappings with text and doi or url.'),
    DATASET_INFO: listOf(Options, [{}], 'List with one mapping: name, doi, image_modality and optionally dataset_id.'),
    MODEL_VERSION: text('0.1.0', 'Version of the exported model.'),
    REUSE_BMZ_CONFIG: bool(false, 'Reuse the description of the loaded model-zoo model.'),
  }),
});
