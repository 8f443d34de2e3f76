import { NormalizationSchema } from './data-normalization.js';
import { PreprocessSchema } from './data-preprocess.js';
import { DataTestSchema } from './data-test.js';
import { DataTrainSchema } from './data-train.js';
import { DataValSchema } from './data-val.js';
import { bool, CLS, DET, I2I, INS, int, intTuple, SEM, section } from './key.js';

export const DataSchema = section(
  {
    CHECK_GENERATORS: bool(false, 'Write every sample the generators make to the check folders.'),
    PATCH_SIZE: intTuple([256, 256, 1], 'Shape of the model input, order (y,x,c) in 2D and (z,y,x,c) in 3D.'),
    N_CLASSES: int(2, 'Number of classes counting the background, which has label 0.', {
      workflows: [SEM, INS, DET, CLS, I2I],
    }),
    REFLECT_TO_COMPLETE_SHAPE: bool(true, 'Pad images smaller than the patch by reflection.'),
    FORCE_RGB: bool(false, 'Turn greyscale images into three channels when the patch expects three.'),
    FILTER_BY_IMAGE: bool(false, 'Apply sample filters to whole images (true) or to each patch (false).'),
    SAVE_FILTERED_IMAGES: bool(false, 'Save examples of what the sample filters kept and dropped.'),
    SAVE_FILTERED_IMAGES_NUM: int(3, 'How many filtered examples are saved.'),
    NORMALIZATION: NormalizationSchema,
    TRAIN: DataTrainSchema,
    VAL: DataValSchema,
    TEST: DataTestSchema,
    PREPROCESS: PreprocessSchema,
  },
  { description: 'Images, how they are read, cut, filtered, normalised.' },
);
