/** @file Verbs that people expect from other tools, and the command that does it here. */
import type { CommanderError } from 'commander';

const predict = '`clad predict RUN IMAGES`';
const evaluate = '`clad evaluate RUN`';
const train = '`clad train DATA --out RUN`';
const inspect = '`clad data inspect DATA`';
const exported = '`clad export RUN --to onnx --out FILE`';

/** What the command is called here; each is a sentence's end. */
const instead: Readonly<Record<string, string>> = {
  report: 'a report is written by `clad evaluate RUN --report DIR`, and by a training into RUN/report',
  infer: `images are predicted by ${predict}`,
  inference: `images are predicted by ${predict}`,
  detect: `images are predicted by ${predict}`,
  judge: `images are predicted by ${predict}`,
  classify: `images are predicted by ${predict}`,
  score: `images are predicted by ${predict}`,
  run: `images are predicted by ${predict}`,
  map: `heat maps are drawn by ${predict} with --maps DIR`,
  maps: `heat maps are drawn by ${predict} with --maps DIR`,
  heatmap: `heat maps are drawn by ${predict} with --maps DIR`,
  test: `test images are measured by ${evaluate}`,
  eval: `test images are measured by ${evaluate}`,
  val: `test images are measured by ${evaluate}`,
  validate: `test images are measured by ${evaluate}; whether a machine computes the same is said by \`clad verify RUN\``,
  metrics: `metrics are computed by ${evaluate}`,
  measure: `metrics are computed by ${evaluate}`,
  benchmark: 'methods are compared by `clad compare DATA --out DIR`',
  fit: `a model is trained by ${train}`,
  learn: `a model is trained by ${train}`,
  resume: `a training goes on with ${train} --resume`,
  plan: `what a training costs is said by ${train} --plan`,
  inspect: `a data set is described by ${inspect}`,
  check: `a data set is checked by ${inspect}`,
  stats: `a data set is described by ${inspect}`,
  synthesize: 'synthetic anomalies are drawn by `clad data synthesize DATA --out DIR`',
  synthesise: 'synthetic anomalies are drawn by `clad data synthesize DATA --out DIR`',
  augment: 'synthetic anomalies are drawn by `clad data synthesize DATA --out DIR`',
  threshold: 'thresholds are set anew by `clad calibrate RUN GOOD --out FILE`',
  thresholds: 'thresholds are set anew by `clad calibrate RUN GOOD --out FILE`',
  convert: `a detector is converted by ${exported}`,
  quantize: `a detector is made smaller by ${exported} with --precision fp16 or int8`,
  quantise: `a detector is made smaller by ${exported} with --precision fp16 or int8`,
  triton: 'a Triton model is written by `clad export RUN --to triton --out DIR`',
  deploy: 'a detector is served by `clad serve RUN`, or exported by `clad export RUN`',
  server: 'a detector is served by `clad serve RUN`',
  start: 'a detector is served by `clad serve RUN`',
  models: 'backbones are listed by `clad backbones list`',
  download: 'backbones are kept by `clad backbones add FILE`; clad downloads nothing',
};

/** A sentence for a verb that there is not; undefined for other mistakes, and where nothing better is known than what commander says. */
export function verbInstead({ code, message }: Pick<CommanderError, 'code' | 'message'>): string | undefined {
  const verb =
    code === 'commander.unknownCommand' ? /unknown command '([^']*)'/.exec(message)?.[1] : undefined;
  if (verb === undefined || !Object.hasOwn(instead, verb.toLowerCase())) return undefined;
  return `there is no command '${verb}'; ${instead[verb.toLowerCase()]}`;
}
