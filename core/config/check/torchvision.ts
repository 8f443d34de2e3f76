import { CLS, DEN, DET, I2I, INS, SEM, SR, SSL } from '../schema/key.js';
import { showPlain } from '../value.js';
import { type Check, listed } from './context.js';

const nameKey = 'MODEL.TORCHVISION_MODEL_NAME';

/** Models of TorchVision: which exist for which workflow, and what they cannot do (rules R171 to R177). */
export function checkTorchvision(c: Check): void {
  const { MODEL, TEST, TRAIN, DATA } = c.config;
  if (MODEL.SOURCE !== 'torchvision') return;
  const name = MODEL.TORCHVISION_MODEL_NAME;
  if (name === '') {
    c.error(
      'R170',
      [nameKey, 'MODEL.SOURCE'],
      'Expected the name of a TorchVision model, came nothing.',
      'Give its name.',
    );
    return;
  }
  if (TEST.AUGMENTATION)
    c.warn(
      'R171',
      ['TEST.AUGMENTATION', 'MODEL.SOURCE'],
      'Test-time augmentation is not available for TorchVision models.',
      'Write False.',
    );
  if (c.is(SR, SSL, DEN, I2I)) {
    c.error(
      'R173',
      ['MODEL.SOURCE', 'PROBLEM.TYPE'],
      `TorchVision has no models for ${c.workflow}.`,
      'Write SOURCE: biapy.',
    );
    return;
  }
  if (TEST.ENABLE && TEST.ANALIZE_2D_IMGS_AS_3D_STACK)
    c.error(
      'R172',
      ['TEST.ANALIZE_2D_IMGS_AS_3D_STACK', 'MODEL.SOURCE'],
      'TorchVision models take no stacks.',
      'Write False.',
    );
  if (c.dims === 3) c.error('R172', ['PROBLEM.NDIM', 'MODEL.SOURCE'], 'TorchVision models are 2D.', 'Write NDIM: 2D.');
  if (TEST.ENABLE && c.isNot(CLS) && !TEST.FULL_IMG)
    c.error(
      'R172',
      ['TEST.FULL_IMG', 'MODEL.SOURCE'],
      'TorchVision models take whole images.',
      'Write TEST.FULL_IMG: True.',
    );
  const [rule, names] = c.is(SEM)
    ? ['R174', segmentation]
    : c.is(INS)
      ? ['R175', instances]
      : c.is(DET)
        ? ['R176', detection]
        : ['R177', classification];
  if (c.workflow && !names.includes(name))
    c.error(
      rule,
      [nameKey, 'PROBLEM.TYPE'],
      `${listed(names.slice(0, 9))}${names.length > 9 ? ' or another TorchVision classifier' : ''}, came ${showPlain(name)}.`,
      `Take a model made for ${c.workflow}.`,
    );
  const channels = DATA.PATCH_SIZE.at(-1);
  if (c.is(SEM) && channels !== 3)
    c.error(
      'R174',
      ['DATA.PATCH_SIZE', 'MODEL.SOURCE'],
      `TorchVision models take 3 channels, the patch has ${channels}.`,
      'Write 3 as the last side, and FORCE_RGB for grey images.',
    );
  if (c.is(INS, DET) && TRAIN.ENABLE)
    c.error(
      rule,
      ['TRAIN.ENABLE', 'MODEL.SOURCE'],
      'These TorchVision models cannot be trained here.',
      'Write TRAIN.ENABLE: False.',
    );
}

const list = (text: string): string[] => text.trim().split(/\s+/);

const segmentation =
  list(`deeplabv3_mobilenet_v3_large deeplabv3_resnet101 deeplabv3_resnet50 fcn_resnet101 fcn_resnet50
  lraspp_mobilenet_v3_large`);
const instances = list('maskrcnn_resnet50_fpn maskrcnn_resnet50_fpn_v2');
const detection = list(`fasterrcnn_mobilenet_v3_large_320_fpn fasterrcnn_mobilenet_v3_large_fpn fasterrcnn_resnet50_fpn
  fasterrcnn_resnet50_fpn_v2 fcos_resnet50_fpn ssd300_vgg16 ssdlite320_mobilenet_v3_large retinanet_resnet50_fpn
  retinanet_resnet50_fpn_v2`);
const classification = list(`alexnet convnext_base convnext_large convnext_small convnext_tiny densenet121 densenet161
  densenet169 densenet201 efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4
  efficientnet_b5 efficientnet_b6 efficientnet_b7 efficientnet_v2_l efficientnet_v2_m efficientnet_v2_s googlenet
  inception_v3 maxvit_t mnasnet0_5 mnasnet0_75 mnasnet1_0 mnasnet1_3 mobilenet_v2 mobilenet_v3_large mobilenet_v3_small
  quantized_googlenet quantized_inception_v3 quantized_mobilenet_v2 quantized_mobilenet_v3_large quantized_resnet18
  quantized_resnet50 quantized_resnext101_32x8d quantized_resnext101_64x4d quantized_shufflenet_v2_x0_5
  quantized_shufflenet_v2_x1_0 quantized_shufflenet_v2_x1_5 quantized_shufflenet_v2_x2_0 regnet_x_16gf regnet_x_1_6gf
  regnet_x_32gf regnet_x_3_2gf regnet_x_400mf regnet_x_800mf regnet_x_8gf regnet_y_128gf regnet_y_16gf regnet_y_1_6gf
  regnet_y_32gf regnet_y_3_2gf regnet_y_400mf regnet_y_800mf regnet_y_8gf resnet18 resnet34 resnet50 resnet101
  resnet152 resnext101_32x8d resnext101_64x4d resnext50_32x4d retinanet_resnet50_fpn shufflenet_v2_x0_5
  shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0 squeezenet1_0 squeezenet1_1 swin_b swin_s swin_t swin_v2_b
  swin_v2_s swin_v2_t vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn vit_b_16 vit_b_32 vit_h_14 vit_l_16
  vit_l_32 wide_resnet101_2 wide_resnet50_2`);
