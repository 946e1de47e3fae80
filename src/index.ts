/**
 * @file Table of contents of the library: the functions of most verbs, and what they are made of.
 *
 * @example
 * import { decodeImage, nodeEngine, openDetector } from 'clad';
 * const detector = await openDetector(await nodeEngine(), 'runs/parts/model.onnx');
 * const { className, score, verdict } = await detector.predict(await decodeImage('part.jpg'));
 */
export { errorCatalogue } from './core/error-catalogue.ts';
export { CladError, type ErrorCode } from './core/errors.ts';
export type { ProgressEvent, ProgressListener } from './core/progress.ts';
export type { Dataset, Sample } from './data/dataset.ts';
export { type Inspection, inspectDataset } from './data/inspect.ts';
export type { LeftOut, LeftOutSummary } from './data/left-out.ts';
export { type LoadOptions, loadDataset } from './data/load.ts';
export { type ConformalThreshold, conformalThreshold } from './detector/conformal.ts';
export { Detector, type Prediction } from './detector/detector.ts';
export { type HeatLegend, heatLegend, type LegendStop, legendGradient } from './detector/heat-legend.ts';
export { heatPicture } from './detector/heat-picture.ts';
export { type Judgement, judgementOf } from './detector/judgement.ts';
export type { AnomalousRegion } from './detector/map-regions.ts';
export type { DetectorMetadata } from './detector/metadata.ts';
export { openDetector } from './detector/open.ts';
export { type ClassRecord, type EvaluatedImage, type Evaluation, Evaluator } from './evaluation/evaluate.ts';
export { evaluationTable, markdownTable, textTable } from './evaluation/table.ts';
export { type Backbone, type BackboneCard, loadBackbone } from './features/backbone.ts';
export { addBackbone, listBackbones, verifyBackbone } from './features/backbone-registry.ts';
export { decodeBytes, decodeImage } from './image/decode.ts';
export { writePng } from './image/encode.ts';
export { decodeMask } from './image/mask.ts';
export type { Mask, RgbImage } from './image/rgb.ts';
export {
  type CalibrateDocument,
  type CalibratedClass,
  type CalibrateRequest,
  calibrateDetector,
} from './methods/calibrate.ts';
export { type EvaluateRequest, type EvaluationDocument, evaluateRun } from './methods/evaluate.ts';
export { type ExportDocument, type ExportRequest, exportDetector } from './methods/export.ts';
export { type Verification, type VerifyRequest, verifyDetector } from './methods/golden.ts';
export { planTraining, type TrainingPlan } from './methods/plan.ts';
export { type PredictionLine, predictImages, predictTargets } from './methods/predict.ts';
export { type TrainOutcome, type TrainRequest, train } from './methods/train.ts';
export { evaluateWithReport, reportTraining } from './report/report.ts';
export type { Device, Engine } from './runtime/engine.ts';
export { nodeEngine } from './runtime/node.ts';
export { type PresetName, presets, type TrainingOptions, trainingOptionsSchema } from './training/options.ts';
