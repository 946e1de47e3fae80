/**
 * @file A process that runs one built command after another, as what each of them takes to start, to be compiled and to become fast took half of all tests' time.
 * A command sees its arguments, and writes to stdout and stderr, as in a process of its own. The parent sends arguments, and is answered with what was written.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const script = resolve(process.argv[2]);
const { runCommand } = await import(pathToFileURL(resolve(script, '../command.js')).href);

const written = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr'])
  process[name].write = (chunk, encoding, done) => {
    written[name] += Buffer.from(chunk, typeof encoding === 'string' ? encoding : undefined).toString();
    const told = typeof encoding === 'function' ? encoding : done;
    if (told) process.nextTick(told);
    return true;
  };

/** Answers, and is ready for the next command. */
function answer(then) {
  const { exitCode = 0 } = process;
  process.exitCode = undefined;
  const said = { status: Number(exitCode), ...written };
  Object.assign(written, { stdout: '', stderr: '' });
  process.send(said, then);
}

const { exit } = process;
process.exit = (code) => {
  process.exitCode = code ?? process.exitCode;
  answer(() => exit());
  throw new Error('The process ends.');
};
process.on('disconnect', () => exit());
process.on('message', async (args) => {
  process.argv = [process.execPath, script, ...args];
  await runCommand(args);
  // As a process would, which ends only when nothing is left to do.
  await new Promise((done) => setImmediate(done));
  answer();
});
process.send('ready');
