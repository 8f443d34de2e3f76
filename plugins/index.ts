/** The built-in plugins, defined with the same verbs that third parties use. */
import { definePlugin, type Plugin } from '../core/plugin/define.js';
import { VERSION } from '../core/plugin/registry.js';
import { embeddingCentres } from './augmenter/embedding-centres.js';
import { augmenters, previews } from './augmenter/index.js';
import { noise2void } from './augmenter/noise2void.js';
import { remakeChannels } from './augmenter/remake-channels.js';
import { filterImages } from './filter/images.js';
import { filterPatches } from './filter/patches.js';
import { hdf5 } from './format/hdf5.js';
import { n5 } from './format/n5.js';
import { nifti } from './format/nifti.js';
import { npy, npz } from './format/npy.js';
import { bmp, jpeg, png } from './format/raster.js';
import { tiff } from './format/tiff.js';
import { torch } from './format/torch.js';
import { zarr } from './format/zarr.js';
import { folderLoader } from './loader/folder.js';
import { pointLoader } from './loader/points.js';
import { absoluteErrorLoss } from './loss/absolute-error.js';
import { channelsLoss } from './loss/channels.js';
import { charbonnierLoss } from './loss/charbonnier.js';
import { correlationLoss } from './loss/correlation.js';
import { embeddingLossPlugin } from './loss/embedding.js';
import { crossEntropyLoss, diceLoss } from './loss/index.js';
import { laplacianLoss } from './loss/laplacian.js';
import { maskedSquaredErrorLoss } from './loss/masked-squared-error.js';
import { networkLoss } from './loss/network.js';
import { featureLoss, perceptualLoss } from './loss/perceptual.js';
import { halfSpectralLoss, spectralLoss } from './loss/spectral.js';
import { squaredErrorLoss } from './loss/squared-error.js';
import { structuralSimilarityLoss } from './loss/structural-similarity.js';
import { absoluteErrorMetric } from './metric/absolute-error.js';
import { accuracyMetric, topFiveAccuracyMetric } from './metric/accuracy.js';
import { channelError } from './metric/channel-error.js';
import { confusion } from './metric/confusion.js';
import { pcc } from './metric/correlation.js';
import { embeddingOverlapMetric } from './metric/embedding.js';
import { iou } from './metric/iou.js';
import { measure } from './metric/measure.js';
import { measureObjects } from './metric/objects.js';
import { measurePerceptual } from './metric/perceptual.js';
import { measurePoints } from './metric/points.js';
import { psnr } from './metric/psnr.js';
import { reportMetrics } from './metric/report.js';
import { squaredErrorMetric } from './metric/squared-error.js';
import { ssim } from './metric/ssim.js';
import { attentionUNet } from './model/attention-unet.js';
import { dfcan } from './model/dfcan.js';
import { edsr } from './model/edsr.js';
import { efficientNets } from './model/efficientnet.js';
import { hrnet } from './model/hrnet.js';
import { mae } from './model/mae.js';
import { multiResUNet } from './model/multiresunet.js';
import { nafnet } from './model/nafnet.js';
import { onnx } from './model/onnx.js';
import { patchGAN } from './model/patchgan.js';
import { predictNetwork } from './model/predict.js';
import { rcan } from './model/rcan.js';
import { reconstruct } from './model/reconstruct.js';
import { resunet } from './model/resunet.js';
import { resunetSE } from './model/resunet-se.js';
import { resunetPlusPlus } from './model/resunetpp.js';
import { reusePredictions } from './model/reuse-predictions.js';
import { seunet } from './model/seunet.js';
import { simpleCNN } from './model/simple-cnn.js';
import { stunet } from './model/stunet.js';
import { tfjs } from './model/tfjs.js';
import { unet } from './model/unet.js';
import { unetr } from './model/unetr.js';
import { unextV1 } from './model/unext-v1.js';
import { unextV2 } from './model/unext-v2.js';
import { vit } from './model/vit.js';
import { wdsr } from './model/wdsr.js';
import { classLabels } from './normalizer/class-labels.js';
import { datasetNormalizer } from './normalizer/dataset.js';
import { instanceChannels } from './normalizer/instance-channels.js';
import { intensityNormalizer } from './normalizer/intensity.js';
import { targetNormalizer } from './normalizer/target-intensity.js';
import { agglomerationNode } from './postprocessor/agglomeration.js';
import { binarize } from './postprocessor/binarize.js';
import { classChannel } from './postprocessor/class-channel.js';
import { denormalizePrediction } from './postprocessor/denormalize.js';
import { denormalizePatch } from './postprocessor/denormalize-patch.js';
import { embeddingsNode } from './postprocessor/embeddings.js';
import { findPointsNode } from './postprocessor/find-points.js';
import { gradientFlowNode } from './postprocessor/gradient-flow.js';
import { growOverMaskNode } from './postprocessor/grow-over-mask.js';
import { growPointsNode } from './postprocessor/grow-points.js';
import { keepGrownPoints } from './postprocessor/keep-grown-points.js';
import { measureObjectsNode } from './postprocessor/measure-objects.js';
import { medianPostprocessor } from './postprocessor/median-filter.js';
import { objectClasses } from './postprocessor/object-classes.js';
import { refineObjectsNode } from './postprocessor/refine-objects.js';
import { closePoints } from './postprocessor/remove-close-points.js';
import { repairLargeObjectsNode } from './postprocessor/repair-large-objects.js';
import { roiMask } from './postprocessor/roi-mask.js';
import { splitChannels } from './postprocessor/split-channels.js';
import { stardistNode } from './postprocessor/stardist.js';
import { undoResize } from './postprocessor/undo-resize.js';
import { undoZoom } from './postprocessor/undo-zoom.js';
import { watershedNode } from './postprocessor/watershed.js';
import { cannyEdges } from './preprocessor/canny.js';
import { centreCrop } from './preprocessor/centre-crop.js';
import { clahe } from './preprocessor/clahe.js';
import { crappifier } from './preprocessor/crappify.js';
import { gaussianBlur } from './preprocessor/gaussian-blur.js';
import { histogramMatcher } from './preprocessor/match-histogram.js';
import { medianBlur } from './preprocessor/median-blur.js';
import { resizePreprocessor } from './preprocessor/resize.js';
import { selfTarget } from './preprocessor/self-target.js';
import { voxelSize } from './preprocessor/voxel-size.js';
import { zoomPreprocessor } from './preprocessor/zoom.js';
import { cutPatches } from './stitcher/cut-patches.js';
import { joinPatches } from './stitcher/join-patches.js';
import { joinScores } from './stitcher/join-scores.js';
import { stackImages } from './stitcher/stack-images.js';
import { trainingPatches } from './stitcher/training-patches.js';
import { wholeImage } from './stitcher/whole-image.js';
import { batchPatches } from './trainer/batch.js';
import { fitTrainer } from './trainer/fit.js';
import { classTable } from './writer/class-table.js';
import { generatorSamples } from './writer/generator-samples.js';
import { imageWriter } from './writer/images.js';
import { labelsBesideImage } from './writer/labels-beside-image.js';
import { objectAssociationWriter } from './writer/object-associations.js';
import { objectPictureWriter } from './writer/object-pictures.js';
import { objectTableWriter } from './writer/object-table.js';
import { overlayWriter } from './writer/overlays.js';
import { panelWriter } from './writer/panels.js';
import { pointAssociationWriter } from './writer/point-associations.js';
import { pointWriter } from './writer/points.js';
import { targetChannelWriter } from './writer/target-channels.js';

export const builtInPlugin: Plugin = definePlugin({
  name: 'biagraph',
  version: VERSION,
  nodes: [
    folderLoader,
    pointLoader,
    filterImages,
    filterPatches,
    resizePreprocessor,
    gaussianBlur,
    medianBlur,
    histogramMatcher,
    clahe,
    cannyEdges,
    centreCrop,
    crappifier,
    selfTarget,
    voxelSize,
    zoomPreprocessor,
    intensityNormalizer,
    datasetNormalizer,
    targetNormalizer,
    classLabels,
    instanceChannels,
    trainingPatches,
    cutPatches,
    wholeImage,
    ...augmenters,
    ...previews,
    noise2void,
    remakeChannels,
    embeddingCentres,
    batchPatches,
    fitTrainer,
    predictNetwork,
    reconstruct,
    reusePredictions,
    stackImages,
    joinPatches,
    joinScores,
    medianPostprocessor,
    binarize,
    classChannel,
    watershedNode,
    stardistNode,
    gradientFlowNode,
    agglomerationNode,
    embeddingsNode,
    refineObjectsNode,
    repairLargeObjectsNode,
    growOverMaskNode,
    measureObjectsNode,
    growPointsNode,
    keepGrownPoints,
    objectClasses,
    findPointsNode,
    closePoints,
    denormalizePrediction,
    denormalizePatch,
    undoResize,
    undoZoom,
    splitChannels,
    roiMask,
    measure,
    measurePerceptual,
    measurePoints,
    measureObjects,
    reportMetrics,
    confusion,
    classTable,
    generatorSamples,
    imageWriter,
    labelsBesideImage,
    objectTableWriter,
    overlayWriter,
    panelWriter,
    targetChannelWriter,
    pointWriter,
    pointAssociationWriter,
    objectAssociationWriter,
    objectPictureWriter,
  ],
  models: [
    unet,
    attentionUNet,
    resunet,
    seunet,
    resunetSE,
    multiResUNet,
    resunetPlusPlus,
    unextV1,
    unextV2,
    hrnet,
    stunet,
    nafnet,
    patchGAN,
    vit,
    mae,
    unetr,
    edsr,
    rcan,
    dfcan,
    wdsr,
    simpleCNN,
    ...efficientNets,
    onnx,
    tfjs,
  ],
  losses: [
    crossEntropyLoss,
    diceLoss,
    absoluteErrorLoss,
    squaredErrorLoss,
    structuralSimilarityLoss,
    correlationLoss,
    charbonnierLoss,
    laplacianLoss,
    spectralLoss,
    halfSpectralLoss,
    maskedSquaredErrorLoss,
    featureLoss,
    perceptualLoss,
    networkLoss,
    channelsLoss,
    embeddingLossPlugin,
  ],
  metrics: [
    iou,
    embeddingOverlapMetric,
    channelError,
    absoluteErrorMetric,
    squaredErrorMetric,
    psnr,
    ssim,
    pcc,
    accuracyMetric,
    topFiveAccuracyMetric,
  ],
  formats: [tiff, png, jpeg, bmp, npy, npz, nifti, torch],
  containers: [zarr, n5, hdf5],
});

/** Module that decodes images in worker threads. Compiled and source files have different endings. */
export const decodeWorker = new URL(
  import.meta.url.endsWith('.ts') ? './format/worker-from-source.mjs' : './format/worker.js',
  import.meta.url,
);
