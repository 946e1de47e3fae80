/** `npm run studio`: installs and builds what is out of date, then runs `clad studio`. */
import { run, setup } from './setup.mjs';

setup();
run('node', ['dist/cli/main.js', 'studio', ...process.argv.slice(2)]);
