/** @file What an evaluation says of masks before it counts on them; `clad data inspect` says the same, of all of them. */
import { byClass } from '../../data/dataset.ts';
import { missingMasks } from '../../data/mask-names.ts';
import type { Examination } from '../../data/verify-images.ts';

/** Lines that are shown; a data set may have one for each of its masks. */
const mostShown = 5;

/** Sentences for people, the commonest faults first. */
export async function maskNotes({ dataset, emptyMasks, maskWarnings }: Examination): Promise<string[]> {
  const lines: string[] = [];
  for (const [name, samples] of byClass(dataset.samples.filter(({ split }) => split === 'test'))) {
    const [first, ...more] = await missingMasks(samples, dataset.layout);
    // A class without any mask shows in the table, which has no pixel metrics for it.
    if (first === undefined || first.path === null) continue;
    const others = more.length === 0 ? '' : `, and ${more.length} more of ${name}`;
    lines.push(`${first.path}: ${first.message}${others}. Left out of pixel metrics.`);
  }
  const [empty] = emptyMasks;
  if (empty !== undefined)
    lines.push(
      `${emptyMasks.length === 1 ? 'One mask is' : `${emptyMasks.length} masks are`} empty, so these defects count as normal in pixel metrics: ${empty}`,
    );
  for (const { className, path, message } of maskWarnings)
    lines.push(`${path ?? className}: ${message}${message.endsWith('?') ? '' : '.'}`);
  if (lines.length <= mostShown) return lines;
  const rest = `${lines.length - mostShown} more lines on masks: clad data inspect ${dataset.root}`;
  return [...lines.slice(0, mostShown), rest];
}
