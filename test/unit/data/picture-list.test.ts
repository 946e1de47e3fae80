import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  filesOf,
  type PictureList,
  pictureListFormat,
  pictureListText,
  readPictureList,
  shortHash,
} from '../../../src/data/picture-list.ts';
import { withFiles } from '../../helpers/images.ts';

const hash = shortHash('00'.repeat(32));
const list: PictureList = {
  format: pictureListFormat,
  about: 'made up',
  fingerprint: 'f',
  classes: {
    cap: {
      source: 'drawn',
      shorterSide: 256,
      images: {
        'train/good': [['0.png', hash, hash]],
        'test/a b': [['1.png', hash, hash, '1_mask.png', hash, hash]],
      },
    },
    nut: { images: {} },
  },
};
const text = pictureListText(list);

async function refusal(content: string): Promise<string> {
  return withFiles({ 'list.json': content }, async (root) => {
    const error: unknown = await readPictureList(join(root, 'list.json')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'LIST_INVALID', kind: 'input' });
    return (error as Error).message.replace(`${root}/`, '');
  });
}

describe('a list of pictures', () => {
  it('is read as it was written, a line a picture', () =>
    withFiles({ 'list.json': text }, async (root) => {
      expect(await readPictureList(join(root, 'list.json'))).toEqual(list);
      expect(text.split('\n')).toContain(`["0.png","${hash}","${hash}"]`);
    }));

  it('has hashes of half of SHA-256, and masks after their image', () => {
    expect(shortHash('ff'.repeat(16) + '00'.repeat(16))).toBe('_____________________w');
    const [image, mask, ...more] = filesOf(['1.png', 'a', 'b', '1_mask.png', 'c', 'd']);
    expect([image, mask, more]).toEqual([['1.png', 'a', 'b'], ['1_mask.png', 'c', 'd'], []]);
  });

  it.each([
    ['it is no JSON', '{', /^list\.json: it is no JSON/],
    ['it is of another form', '{"format":"x"}', /: format: /],
    [
      'a name leads elsewhere',
      text.replace('"0.png"', '"../../0.png"'),
      /0\.png.*expected a name without slashes/,
    ],
    ['a name has a backslash', text.replace('"0.png"', '"..\\\\0.png"'), /expected a name without slashes/],
    [
      "a mask's name leads elsewhere",
      text.replace('"1_mask.png"', '"/etc/hosts"'),
      /expected a name without/,
    ],
    [
      'a kind leads elsewhere',
      text.replace('test/a b', 'test/..'),
      /class cap: "test\/\.\." is none of train\/good/,
    ],
    ['a kind is deeper', text.replace('test/a b', 'test/a/b'), /"test\/a\/b" is none of/],
    ['a split is none', text.replace('test/a b', 'val/good'), /"val\/good" is none of/],
    ['a class leads elsewhere', text.replace('"cap"', '".."'), /the class "\.\.": expected a name/],
    ['a hash is none', text.replace(`"0.png","${hash}"`, '"0.png","+"'), /expected a hash/],
    ['a hash is missing', text.replace(`"0.png","${hash}",`, '"0.png",'), /expected name, hash and hash/],
  ])('is refused where %s', async (_, content, message) => {
    expect(content).not.toBe(text);
    expect(await refusal(content)).toMatch(message);
  });
});
