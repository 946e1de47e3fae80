import { it } from 'vitest';
import { writeParts } from '../helpers/parts.ts';
import { writeTinyBackbone } from '../helpers/tiny-backbone.ts';
it('x', async () => { await writeParts('/tmp/hdraem-parts'); console.log(await writeTinyBackbone('/tmp')); }, 60000);
