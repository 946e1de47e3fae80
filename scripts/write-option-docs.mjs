/**
 * Writes docs/options.md: the options of every method, out of their schemas (`describe`) and presets. `--check` only says whether the page is
 * current.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { optionGroups } from '../dist/methods/describe-options.js';
import { methods } from '../dist/methods/registry.js';

const path = fileURLToPath(new URL('../docs/options.md', import.meta.url));

function table(rows, presets) {
  const head = `| option | meaning | allowed | ${presets.join(' | ')} |\n|---|---|---|${'---|'.repeat(presets.length)}`;
  const lines = rows.map(({ name, meaning, allowed, values }) => {
    if (meaning === '') throw new Error(`${name} needs a meaning: describe() in its schema`);
    const cells = [`\`${name}\``, meaning, allowed, ...presets.map((preset) => values[preset])];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return [head, ...lines].join('\n');
}

const seen = new Map();
const parts = [...methods.values()].map((method) => {
  const presets = Object.keys(method.presets);
  const sections = optionGroups(method).map(({ name, meaning, rows }) => {
    const title = name === '' ? 'General' : name;
    // What another method has said already, word for word, is not said again.
    const content = table(rows, presets);
    const before = seen.get(content);
    if (before !== undefined && rows.length > 0)
      return `### ${method.name}: ${title}\n\nAs for ${before}, with the same values.`;
    seen.set(content, method.name);
    return [
      `### ${method.name}: ${title}`,
      ...(meaning ? [meaning.replace(/(?<!Eq)\. /g, '.\n')] : []),
      content,
    ].join('\n\n');
  });
  return [
    `## ${method.name}`,
    `${method.summary[0].toUpperCase()}${method.summary.slice(1)}.`,
    ...sections,
  ].join('\n\n');
});

const page = `# Options of a training

Every constant of \`clad train\`, by method, with its values in the method's presets.
\`clad options METHOD\` prints the same, and \`--json\` a JSON Schema.
Written from the schemas of the methods (\`src/methods/*/*-options.ts\`) by \`node scripts/write-option-docs.mjs\`.

A preset gives all values (\`--preset\`; the first where none is named).
A YAML file (\`--config\`) changes single ones, and \`--set name=value\` changes them once more; names that do not exist are refused.
The flags \`--seed\`, \`--selection\` and \`--input-size\` stand for \`seed\`, \`selection\` and \`features.inputSize\`.
The resolved options are written into the run's \`config.json\`.

\`\`\`yaml
preset: accurate
backbone: resnet50
losses:
  gamma: 1
stage1:
  steps: 2000
\`\`\`

Beside the options below, the file may hold \`method\`, \`preset\`, \`backbone\`, \`backbonePrecision\`, \`textures\`, \`device\`, \`threads\`, \`cache\`, \`layout\` and \`skipBroken\`.
Equation numbers are the paper's; [how-it-works.md](how-it-works.md) writes them out.
Methods from a file have options of their own ([plugins.md](plugins.md)).

${parts.join('\n\n')}
`;

if (process.argv.includes('--check')) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== page) {
    console.error('docs/options.md is not what the methods say: run `node scripts/write-option-docs.mjs`.');
    process.exit(1);
  }
} else {
  writeFileSync(path, page);
}
