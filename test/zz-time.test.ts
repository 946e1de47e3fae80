import { it } from 'vitest';
import { Random } from '../src/core/random.ts';
import { presets } from '../src/training/options.ts';
import { stepSeconds } from '../src/methods/plan-timing.ts';
import { nodeEngine } from '../src/runtime/node.ts';
it('t', { timeout: 600000 }, async () => {
  void Random;
  const engine = await nodeEngine({ threads: 2 });
  for (let i = 0; i < 3; i++) for (const stage of [1, 2] as const) console.log('stage', stage, await stepSeconds(engine, { ...presets.fast, [`stage${stage}`]: { ...presets.fast[`stage${stage}`], batch: 1024 } } as never, stage, 512, 4));
});
