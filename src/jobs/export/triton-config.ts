/**
 * @file `config.pbtxt`, the description of a model that NVIDIA Triton reads (protobuf text format, message ModelConfig). KServe's Triton
 * runtime reads the same.
 */
import { type DetectorMetadata, precisionOf } from '../../detector/metadata.ts';
import { regionScoreOutput } from '../../detector/roi/found-names.ts';
import { thresholdOfRegion } from '../../detector/roi/named-results.ts';
import { mostNamedRegions } from '../../detector/roi/roi-metadata.ts';

export interface TritonOptions {
  /** Name of the model and of its folder. */
  readonly name: string;
  /** Images that may be predicted at once, at least 1. */
  readonly maxBatch: number;
  /** Microseconds that a request may wait for others. */
  readonly queueDelay: number;
  /** Copies of the model, at least 1. */
  readonly instances: number;
  readonly kind: 'cpu' | 'gpu';
}

/** The first line of every file of ours, by which a repeated export knows its own folder. */
export const tritonMark = '# Written by `clad export`.';

/** What holds of the newest version; Triton serves that one unless it is told otherwise. */
export function tritonConfig(metadata: DetectorMetadata, options: TritonOptions): string {
  const { classes, geometry, thresholds } = metadata;
  const { name, maxBatch, instances, kind } = options;
  const { width, height } = geometry;
  const most = mostNamedRegions(metadata);
  const parameters: [string, string][] = [
    ['clad.version', metadata.cladVersion],
    ['clad.precision', precisionOf(metadata)],
    ...classes.flatMap((className): [string, string][] => {
      const found = thresholds[className];
      if (!found) return [];
      const { threshold, unknownAbove } = found;
      return [
        [`clad.threshold.${className}`, String(threshold)],
        ...(unknownAbove === undefined
          ? []
          : ([[`clad.unknown_above.${className}`, String(unknownAbove)]] as [string, string][])),
        ...namedParameters(metadata, className, threshold),
      ];
    }),
  ];
  const halves = [...new Set([Math.ceil(maxBatch / 2), maxBatch])].filter((count) => count > 1);
  return [
    tritonMark,
    '# image: RGB bytes as decoded, any height and width. Requests are put into one batch only where their images are equally large.',
    '# Anomalous where score is above the threshold of the class with the largest class_share;',
    '# of an unknown part where, besides, nine tenths of the map lie above clad.unknown_above of that class.',
    ...(most > 0
      ? [
          '# Of a class with named regions region_score has the score of each, in the order of clad.regions; those above their clad.threshold.CLASS/REGION fail.',
        ]
      : []),
    `name: ${quoted(name)}`,
    'backend: "onnxruntime"',
    `max_batch_size: ${maxBatch}`,
    'input [',
    '  { name: "image" data_type: TYPE_UINT8 dims: [ -1, -1, 3 ] }',
    ']',
    'output [',
    `  { name: "anomaly_map" data_type: TYPE_FP32 dims: [ ${height}, ${width} ] },`,
    '  # One number an image: the file gives it without an axis of its own.',
    '  { name: "score" data_type: TYPE_FP32 dims: [ 1 ] reshape: { shape: [ ] } },',
    `  { name: "class_share" data_type: TYPE_FP32 dims: [ ${classes.length} ] label_filename: "labels.txt" }${most > 0 ? ',' : ''}`,
    ...(most > 0 ? [`  { name: "${regionScoreOutput}" data_type: TYPE_FP32 dims: [ ${most} ] }`] : []),
    ']',
    `instance_group [ { count: ${instances} kind: ${kind === 'gpu' ? 'KIND_GPU' : 'KIND_CPU'} } ]`,
    ...(maxBatch > 1
      ? [
          'dynamic_batching {',
          `  preferred_batch_size: [ ${halves.join(', ')} ]`,
          `  max_queue_delay_microseconds: ${options.queueDelay}`,
          '}',
        ]
      : []),
    'version_policy: { latest: { num_versions: 1 } }',
    ...parameters.map(
      ([key, value]) => `parameters: { key: ${quoted(key)} value: { string_value: ${quoted(value)} } }`,
    ),
    '',
  ].join('\n');
}

/** The regions of a class in the order of `region_score`, and the threshold of each. @param threshold - of the class */
function namedParameters(
  { regionsOfInterest }: DetectorMetadata,
  className: string,
  threshold: number,
): [string, string][] {
  const named = regionsOfInterest?.[className]?.named;
  if (!named) return [];
  return [
    [`clad.regions.${className}`, named.map(({ name }) => name).join(', ')],
    ...named.map((each): [string, string] => [
      `clad.threshold.${className}/${each.name}`,
      String(thresholdOfRegion(threshold, each)),
    ]),
  ];
}

/** `labels.txt`: a class a line, in the order of `class_share`. */
export function tritonLabels({ classes }: DetectorMetadata): string {
  return classes.map((name) => `${name.replaceAll(/[\r\n]/g, ' ')}\n`).join('');
}

/** A string of the text format. */
function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
