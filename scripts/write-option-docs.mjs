/**
 * Writes docs/options.md: names and meanings from the comments in src/training/options.ts, ranges from its schema, values from its
 * presets. `--check` only says whether the page is current.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { presetNames, presets, trainingOptionsSchema } from '../dist/training/options.js';

const path = fileURLToPath(new URL('../docs/options.md', import.meta.url));
const source = readFileSync(new URL('../src/training/options.ts', import.meta.url), 'utf8');

/** Options whose names say enough in the source, or that share their neighbour's comment there. */
const shared = {
  seed: 'Of all random numbers. Also `--seed`.',
  'synthesis.betaDeviation': 'See `betaMean`.',
  'synthesis.betaLow': 'See `betaMean`.',
  'synthesis.betaHigh': 'See `betaMean`.',
  'batch.local': 'Synthetic local anomalies.',
  'batch.global': 'Global anomalies, made of as many of the normal rows.',
  'globalAnomalies.ascentSteps':
    'Gradient steps (Eq. 5); 0 leaves the noise as drawn, without the projection.',
  'globalAnomalies.projectEvery': 'Steps between projections (Eq. 7); the last step is always projected.',
  'globalAnomalies.outerRadius': 'See `innerRadius`.',
  'losses.variance': 'See `contrast`.',
  'losses.classification': 'See `contrast`.',
  'losses.score': 'See `contrast`.',
  'losses.gamma': 'See `alpha`.',
  'losses.epsilon': 'Keeps roots and negative powers of distances finite.',
  'losses.stopWeightGradient': 'Eq. 13-14: treat w as a constant weight in the derivative.',
  'stage.learningRate': 'Step size of AdamW at the first step.',
  'optimizer.beta1': 'Decay of the first moment.',
  'optimizer.beta2': 'Decay of the second moment.',
  'optimizer.epsilon': 'Added to the root of the second moment.',
  'optimizer.weightDecay': 'Decoupled weight decay.',
};

/** The comments of the schema by path, e.g. `losses.margin`; those of the two stages under `stage`. */
function comments() {
  const found = new Map();
  const groups = [];
  let inside = false;
  let comment = '';
  let open = false;
  for (const line of source.split('\n').map((text) => text.trim())) {
    const begins = /^(?:export )?const (\w+) = z\.strictObject\(\{$/.exec(line);
    if (begins) {
      inside = true;
      if (begins[1] === 'stage') groups.push('stage');
      comment = '';
    } else if (!inside) continue;
    else if (open || line.startsWith('/**')) {
      const words = line
        .replace(/^\/\*\*|\*\/$/g, '')
        .replace(/^\* ?/, '')
        .trim();
      comment = open ? `${comment} ${words}`.trim() : words;
      open = !line.endsWith('*/');
    } else if (/^\}\)[,;]/.test(line)) {
      if (groups.length === 0) inside = false;
      else if (groups.pop() === 'stage') inside = false;
    } else {
      const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? [];
      if (name === undefined) continue;
      const key = [...groups, name].join('.');
      if (comment !== '') found.set(key, comment);
      comment = '';
      if (value === 'z.strictObject({') groups.push(name);
    }
  }
  return found;
}

const found = comments();
const used = new Set();

function meaning(key) {
  const own = key.replace(/^stage[12]\./, 'stage.');
  const text = found.get(own) ?? shared[own];
  if (text === undefined)
    throw new Error(`src/training/options.ts: ${key} needs a comment that says what it is`);
  used.add(own);
  return text;
}

/** What a schema allows, in words. */
function range(schema) {
  if (schema.anyOf) return schema.anyOf.map(range).join('; or ');
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.type === 'null') return 'null';
  if (schema.type === 'boolean') return 'true, false';
  if (schema.type === 'array') {
    const each = schema.prefixItems;
    return each ? `${each.length} times: ${range(each[0])}` : 'names';
  }
  const { minimum, exclusiveMinimum, maximum } = schema;
  let least = exclusiveMinimum === undefined ? minimum : exclusiveMinimum;
  const bound = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const kind = schema.type === 'integer' ? 'whole' : 'number';
  if (least === undefined || least === Number.MIN_SAFE_INTEGER) return kind;
  if (kind === 'whole' && exclusiveMinimum !== undefined) least++;
  const from = exclusiveMinimum === undefined || kind === 'whole' ? `from ${least}` : `above ${least}`;
  return bound === undefined ? `${kind}, ${from}` : `${kind}, ${from} to ${bound}`;
}

function text(value) {
  if (Number.isInteger(value)) return String(value);
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function row(key, schema, values) {
  const shown = values.map(text);
  const cells = [`\`${key}\``, meaning(key), range(schema), ...shown];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const { properties } = z.toJSONSchema(trainingOptionsSchema, { io: 'input' });
const head = `| option | meaning | allowed | ${presetNames.join(' | ')} |\n|---|---|---|${'---|'.repeat(presetNames.length)}`;
const valuesOf = (name) => presetNames.map((preset) => presets[preset][name]);
const single = [];
const sections = [];
for (const [name, schema] of Object.entries(properties)) {
  if (!schema.properties) {
    single.push(row(name, schema, valuesOf(name)));
    continue;
  }
  const rows = Object.entries(schema.properties).map(([key, inner]) =>
    row(
      `${name}.${key}`,
      inner,
      valuesOf(name).map((group) => group[key]),
    ),
  );
  const about = found.get(name);
  sections.push([`## ${name}`, ...(about ? [about] : []), [head, ...rows].join('\n')].join('\n\n'));
}

const idle = Object.keys(shared).filter((key) => !used.has(key) || found.has(key));
if (idle.length > 0) throw new Error(`scripts/write-option-docs.mjs: no longer needed: ${idle.join(', ')}`);

const page = `# Options of a training

Every constant of \`clad train\`, with its values in the three presets of CLAD; the other [methods](methods.md) have presets of their own. Written from \`src/training/options.ts\` by
\`node scripts/write-option-docs.mjs\`.

A preset gives all values (\`--preset\`, \`fast\` where none is named). A YAML file (\`--config\`) changes single ones, and
\`--set name=value\` changes them once more; names that do not exist are refused. The flags \`--seed\`, \`--selection\` and \`--input-size\` stand for
\`seed\`, \`selection\` and \`features.inputSize\`. The resolved options are written into the run's \`config.json\`.

\`\`\`yaml
preset: accurate
backbone: resnet50
losses:
  gamma: 1
stage1:
  steps: 2000
\`\`\`

Beside the options below, the file may hold \`method\`, \`preset\`, \`backbone\`, \`textures\`, \`device\`, \`threads\`, \`cache\`, \`layout\` and \`skipBroken\`.
Equation numbers are the paper's; [how-it-works.md](how-it-works.md) writes them out.

## General

${[head, ...single].join('\n')}

${sections.join('\n\n')}
`;

if (process.argv.includes('--check')) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== page) {
    console.error(
      'docs/options.md is not what src/training/options.ts says: run `node scripts/write-option-docs.mjs`.',
    );
    process.exit(1);
  }
} else {
  writeFileSync(path, page);
}
