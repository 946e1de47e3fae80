/** @file What decoding showed is kept by content: nothing is decoded twice, and nothing is taken for what it is not. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/core/memory-storage.ts';
import type { Storage } from '../../../src/core/storage.ts';
import { examinedOnce } from '../../../src/data/examined.ts';
import { loadDataset } from '../../../src/data/load.ts';
import { examineImages } from '../../../src/data/verify-images.ts';
import { encoded, noise, withFiles } from '../../helpers/images.ts';

const share = { index: 0, count: 1 };
const kept = { size: { width: 2, height: 1 }, hash: 'h', image: { look: {} as never } };

/** Looks at images, and says which were decoded. */
async function look(
  storage: Storage,
  contents: readonly string[],
  from = share,
  bad: readonly string[] = [],
) {
  const decoded: string[] = [];
  const found = await examinedOnce(
    contents.map((content) => ({ item: content, content })),
    { storage, share: from, decoder: 'test' },
    async (item, before) => {
      if (!before) decoded.push(item);
      return { hash: before?.hash ?? `of ${item}`, item };
    },
    ({ item, hash }) => (bad.includes(item) ? undefined : { ...kept, hash }),
  );
  return { decoded, found: found.map(({ hash }) => hash) };
}

const contents = Array.from({ length: 200 }, (_, image) => `image ${image}`);

describe('examinedOnce', () => {
  it('decodes each image once, whichever share a machine begins with, and gives them in their order', async () => {
    const storage = memoryStorage();
    const first = await look(storage, contents, { index: 2, count: 4 });
    expect(first.decoded[0]).toBe('image 128');
    expect(first.found).toEqual(contents.map((content) => `of ${content}`));
    const second = await look(storage, contents, { index: 1, count: 4 });
    expect(second).toEqual({ decoded: [], found: first.found });
  });

  it('decodes what another machine has not done, and a group of which one image is another', async () => {
    const storage = memoryStorage();
    await look(storage, contents.slice(0, 64));
    const { decoded } = await look(storage, ['another', ...contents.slice(1)]);
    expect(decoded).toHaveLength(200);
    expect((await look(storage, contents)).decoded).toEqual([]);
  });

  it('looks again at what there is something to tell of, and at all where the file is damaged', async () => {
    const storage = memoryStorage();
    await look(storage, contents.slice(0, 3), share, ['image 1']);
    expect((await look(storage, contents.slice(0, 3), share, ['image 1'])).decoded).toEqual(['image 1']);
    const [name] = await storage.list();
    await storage.write(name!, '{"crc32":"00000000","findings":[1,2,3]}');
    expect((await look(storage, contents.slice(0, 3))).decoded).toHaveLength(3);
  });
});

describe('examineImages', () => {
  const image = (seed: number) => encoded(noise(20, 10, seed));

  it('says the same with what was kept, and sees a changed file of the same size and a broken one', async () => {
    const files = { 'nut/0.png': await image(1), 'nut/1.png': await image(2), 'nut/2.png': 'broken' };
    await withFiles(files, async (root) => {
      const dataset = await loadDataset(root);
      const place = { storage: memoryStorage(), share, decoder: 'test' };
      const { contents: _, ...alone } = await examineImages(dataset);
      for (let time = 0; time < 2; time++) {
        const { contents: __, ...examination } = await examineImages(dataset, { kept: place });
        expect(examination).toEqual(alone);
      }
      await writeFile(join(root, 'nut/1.png'), await image(3));
      const { pixels } = await examineImages(dataset);
      expect(pixels).not.toEqual(alone.pixels);
      expect((await examineImages(dataset, { kept: place })).pixels).toEqual(pixels);
    });
  });
});
