/**
 * @file Table of contents of the library: the functions of most verbs, and what they are made of.
 *
 * @example
 * import { decodeImage, nodeEngine, openDetector } from 'clad';
 * const detector = await openDetector(await nodeEngine(), 'runs/parts/model.onnx');
 * const { class: name, score, verdict } = await detector.predict(await decodeImage('part.jpg'));
 */
export { errorCatalogue } from './core/error-catalogue.ts';
export { CladError, type ErrorCode } from './core/errors.ts';
export type { ProgressEvent, ProgressListener } from './core/progress.ts';
export type { Dataset, Sample } from './data/dataset.ts';
export { type Inspection, inspectDataset } from './data/inspect.ts';
export type { LeftOut, LeftOutSummary } from './data/left-out.ts';
export { type LoadOptions, loadDataset } from './data/load.ts';
export { Detector, type PredictAllOptions, type PredictOptions } from './detector/detector.ts';
export { heatImage } from './detector/heat/heat-image.ts';
export { type HeatLegend, heatLegend, type LegendStop, legendGradient } from './detector/heat/heat-legend.ts';
export type { AnomalousRegion } from './detector/heat/map-regions.ts';
export type { DetectorMetadata } from './detector/metadata.ts';
export { openDetector } from './detector/open.ts';
export type { Decision, Prediction, PredictionWithMap, Recognised } from './detector/prediction.ts';
export type { NamedResult } from './detector/roi/named-results.ts';
export { type ConformalThreshold, conformalThreshold } from './detector/thresholds/conformal.ts';
export {
  type ClassRecord,
  type EvaluatedImage,
  type EvaluatedPrediction,
  type Evaluation,
  Evaluator,
} from './evaluation/evaluator.ts';
export { evaluationTable, markdownTable, textTable } from './evaluation/table.ts';
export { type BackboneCard, loadBackbone } from './features/backbones/backbone.ts';
export { addBackbone, listBackbones, verifyBackbone } from './features/backbones/backbone-registry.ts';
export type { GraphBackbone } from './features/backbones/graph-backbone.ts';
export type { Backbone } from './features/backbones/loaded-backbone.ts';
export type { BackboneFile } from './features/backbones/plugin-backbone.ts';
export type { Graph, Tensor } from './graph/index.ts';
export { decodeBytes, decodeImage } from './image/decode.ts';
export { writePng } from './image/encode.ts';
export { type Geometry, type Grid, type Rectangle, seenPart, toMap, toPhotograph } from './image/geometry.ts';
export { decodeMask } from './image/mask.ts';
export type { Mask, RgbImage } from './image/rgb.ts';
export {
  type AssessmentPlan,
  type AssessRequest,
  assess,
  planAssessment,
} from './jobs/assess/assess.ts';
export type { AssessmentDocument, ClassAssessment } from './jobs/assess/document.ts';
export {
  type CalibrateDocument,
  type CalibratedClass,
  type CalibrateRequest,
  calibrateDetector,
} from './jobs/calibrate/calibrate.ts';
export { type DriftDocument, type DriftRequest, drift } from './jobs/drift/drift.ts';
export { type EvaluateRequest, type EvaluationDocument, evaluateRun } from './jobs/evaluate/evaluate.ts';
export { type ExportDocument, type ExportRequest, exportDetector } from './jobs/export/export.ts';
export { type ExtractOutcome, type ExtractRequest, extract } from './jobs/extract.ts';
export {
  type PredictImagesOptions,
  type PredictionLine,
  predictImages,
} from './jobs/predict.ts';
export { type PredictTarget, predictTargets } from './jobs/predict-targets.ts';
export type { RegionDefinition, RegionDefinitions, RegionShape } from './jobs/roi/region-definition.ts';
export { type TradeOffDocument, type TradeOffRequest, tradeOff } from './jobs/trade-off/trade-off.ts';
export { planTraining, type TrainingPlan } from './jobs/train/plan.ts';
export { type TrainOutcome, type TrainRequest, train } from './jobs/train/train.ts';
export { type AddDocument, type AddRequest, addImages } from './jobs/update/add.ts';
export { type ExcludeDocument, type ExcludeRequest, excludeImages } from './jobs/update/exclude.ts';
export { detectorHistory, type HistoryDocument } from './jobs/update/history.ts';
export { lowerThresholds, type MissedDocument, type MissedRequest } from './jobs/update/lower-threshold.ts';
export {
  type RemoveClassDocument,
  type RemoveClassRequest,
  removeClass,
} from './jobs/update/remove-class.ts';
export { type Verification, type VerifyRequest, verifyDetector } from './jobs/verify.ts';
export type { CladOptions } from './methods/clad/clad-options.ts';
export type {
  CommonOptions,
  FitContext,
  Fitted,
  ImageScores,
  Method,
  StoredImages,
  View,
} from './methods/contract.ts';
/** What methods are made with. */
export * as kit from './methods/kit.ts';
export { loadMethod, type MethodFile, methodNames } from './methods/registry.ts';
export { type Override, resolveOptions } from './methods/resolve-options.ts';
export type { PatchOptions } from './methods/shared/option-groups.ts';
export type { PatchModel } from './methods/shared/patch-model.ts';
export { evaluateWithReport, reportTraining } from './report/report.ts';
export type { Device, Engine } from './runtime/engine.ts';
export { nodeEngine } from './runtime/node.ts';
