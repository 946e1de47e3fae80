/** `npm run demo`: installs and builds what is out of date, then runs `clad demo`. */
import { run, setup } from './setup.mjs';

setup();
run('node', ['dist/cli/main.js', 'demo', ...process.argv.slice(2)]);
