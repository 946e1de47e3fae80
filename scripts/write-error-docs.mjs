/** Writes docs/errors.md from the catalogue in src/core/error-catalogue.ts; `--check` only says whether it is current. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorCatalogue } from '../dist/core/error-catalogue.js';

const path = fileURLToPath(new URL('../docs/errors.md', import.meta.url));
const rows = Object.entries(errorCatalogue)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(
    ([code, { kind, message, status = '' }]) =>
      `| \`${code}\` | ${whose(code, kind)} | ${status} | ${message.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`,
  );
/** Ctrl-C is nobody's fault, and has the exit status of shells. */
function whose(code, kind) {
  if (code === 'INTERRUPTED') return "nobody's (130)";
  return kind === 'input' ? 'yours to mend (2)' : 'ours (1)';
}

const text = `# Errors

Every error carries one of these codes (\`error.code\` in the library, and in the last JSON document of a command with \`--json\`).
The exit status is that of a command, the HTTP status that of an answer of \`clad serve\` ([more](serve.md#errors)).
What has no HTTP status would be a defect of the service: its client is told \`INTERNAL\` with status 500, and the log has the message.
The words in braces are replaced by the file, option or value at hand.
Written from \`src/core/error-catalogue.ts\` by \`npm run docs:errors\`.

| code | whose (exit status) | HTTP status | message |
|---|---|---|---|
${rows.join('\n')}
`;

if (process.argv.includes('--check')) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error('docs/errors.md is not what src/core/error-catalogue.ts says: run `npm run docs:errors`.');
    process.exit(1);
  }
} else {
  writeFileSync(path, text);
}
