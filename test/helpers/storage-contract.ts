/**
 * @file What every storage promises, as cases that throw where one does not keep it. They use nothing but JavaScript, so that the same
 * ones run in Node, in a page and in a worker.
 */
import { type Storage, textOf } from '../../src/core/storage.ts';

/** @param storage - an empty one */
type Case = (storage: Storage) => Promise<void>;

const bytes = new Uint8Array([0, 255, 13, 10, 239, 187, 191]);

/** By what is promised. */
export const storageContract: Readonly<Record<string, Case>> = {
  async 'gives back what was written, whole and of the last time'(storage) {
    await storage.write('a', bytes);
    same(await storage.read('a'), bytes);
    await storage.write('a', '\ufeffgrün', { lasting: false });
    same(await text(storage, 'a'), '\ufeffgrün');
    const found = await storage.stat('a');
    same(found?.bytes, 8);
    same(Math.abs((found?.modified ?? 0) - Date.now()) < 60_000, true);
    await storage.write('a', '');
    same(await storage.read('a'), new Uint8Array());
    same((await storage.stat('a'))?.bytes, 0);
  },

  async 'keeps what was written, whatever becomes of the bytes'(storage) {
    const own = bytes.slice();
    await storage.write('a', own);
    own.fill(7);
    const read = (await storage.read('a'))!;
    read.fill(8);
    same(await storage.read('a'), bytes);
    // A shard is read as numbers of two bytes.
    same(read.byteOffset % 2, 0);
  },

  async 'writes a part of other bytes'(storage) {
    await storage.write('a', bytes.subarray(2, 5));
    same(await storage.read('a'), bytes.slice(2, 5));
  },

  async 'has nothing where nothing was written'(storage) {
    same(await storage.read('a'), undefined);
    same(await storage.stat('a'), undefined);
    same(await storage.list(), []);
    same(await storage.folder('b').list(), []);
    await storage.remove('a');
    await storage.tidy();
    same(await codeOf(storage.pieces('a').next()), 'FILE_UNREADABLE');
    same(await storage.list(), []);
  },

  async 'gives a large file in pieces'(storage) {
    const large = Uint8Array.from({ length: 9e6 }, (_, at) => at * 31);
    await storage.write('large', large);
    let at = 0;
    for await (const piece of storage.pieces('large'))
      for (const byte of piece) if (byte !== large[at++]) throw new Error(`byte ${at - 1} differs`);
    same(at, large.length);
  },

  async 'gives a stretch of a file, as far as the file goes'(storage) {
    await storage.write('a', bytes);
    same(await storage.readRange('a', 2, 5), bytes.slice(2, 5));
    same(await storage.readRange('a', 0, 7), bytes);
    same(await storage.readRange('a', 5, 99), bytes.slice(5));
    same(await storage.readRange('a', 7, 9), new Uint8Array());
    same(await storage.readRange('none', 0, 1), undefined);
    const read = (await storage.readRange('a', 1, 4))!;
    // Read as numbers of two bytes, and its own.
    same(read.byteOffset % 2, 0);
    read.fill(8);
    same(await storage.read('a'), bytes);
  },

  async 'adds lines'(storage) {
    await storage.append('log', 'one');
    await storage.append('log', 'two');
    same(await text(storage, 'log'), 'one\ntwo\n');
    await Promise.all(Array.from({ length: 8 }, (_, line) => storage.append('log', `${line}`)));
    const lines = (await text(storage, 'log')).split('\n');
    same([...lines.slice(0, 2), ...lines.slice(2).sort()], ['one', 'two', '', ...'01234567']);
  },

  async 'lists and removes, places apart from each other'(storage) {
    const below = storage.folder('below');
    await storage.write('a', 'here');
    await below.write('a', 'there');
    await below.folder('more').write('b', 'yonder');
    same((await storage.list()).sort(), ['a', 'below']);
    same((await below.list()).sort(), ['a', 'more']);
    await storage.remove('a');
    same(await storage.list(), ['below']);
    same(await text(storage.folder('below'), 'a'), 'there');
    same(below.pathOf('a'), `${storage.pathOf()}/below/a`);
  },

  async 'shows the old content or the new while many write, and nothing else'(storage) {
    const length = 300_000;
    let writing = true;
    const writes = Promise.all(
      [1, 2, 3].map(async (writer) => {
        for (let time = 0; time < 5; time++)
          await storage.write('a', new Uint8Array(length).fill(writer), { lasting: time % 2 === 0 });
      }),
    ).finally(() => {
      writing = false;
    });
    while (writing) {
      const read = await storage.read('a');
      if (read && (read.length !== length || read.some((byte) => byte !== read[0])))
        throw new Error(`${read.length} bytes were seen, and not all of one writer`);
      same(
        (await storage.list()).filter((name) => !name.startsWith('.') && name !== 'a'),
        [],
      );
      await new Promise((resolve) => setTimeout(resolve));
    }
    await writes;
    same(await storage.list(), ['a']);
  },

  async 'lets one work after the other, whatever becomes of it, and says who waits'(storage) {
    const done: string[] = [];
    const waited: string[] = [];
    const onWait = (holder: string) => waited.push(holder);
    const begun = signal();
    const finish = signal();
    const first = storage.inTurn(
      async () => {
        begun.give();
        await finish.given;
        done.push('first');
        throw new Error('failed');
      },
      { onWait },
    );
    await begun.given;
    const second = storage.inTurn(async () => done.push('second'), { onWait });
    same(await storage.folder('else').inTurn(async () => done.push('elsewhere'), { onWait }), 1);
    await until(() => waited.length === 1);
    finish.give();
    same(await first.catch(({ message }: Error) => message), 'failed');
    await second;
    same(done, ['elsewhere', 'first', 'second']);
    same(await storage.inTurn(async () => 'free', { onWait }), 'free');
    same(waited.length, 1);
  },

  async 'takes files of one name in two places for two'(storage) {
    const [here, there] = [storage.folder('here'), storage.folder('there')];
    const onWait = () => {
      throw new Error('it waited');
    };
    const inner = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return there.inTurn(async () => 'both', { name: 'file', onWait });
    };
    same(await here.inTurn(inner, { name: 'file' }), 'both');
  },

  async 'stops waiting when it is told to, and lets nobody in before their time'(storage) {
    const controller = new AbortController();
    const begun = signal();
    const finish = signal();
    const first = storage.inTurn(async () => {
      begun.give();
      await finish.given;
    });
    await begun.given;
    const given = storage.inTurn(async () => {}, { signal: controller.signal });
    controller.abort();
    same(await codeOf(given), 'INTERRUPTED');
    let entered = false;
    const last = storage.inTurn(async () => {
      entered = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    same(entered, false);
    finish.give();
    await Promise.all([first, last]);
    same(entered, true);
  },
};

async function text(storage: Storage, name: string): Promise<string> {
  return textOf((await storage.read(name))!);
}

function codeOf(refused: Promise<unknown>): Promise<unknown> {
  return refused.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? error,
  );
}

/** A promise and the function that fulfils it. */
function signal() {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 500) throw new Error('it did not come about within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** @throws Error where a value is another than was expected; bytes and lists are compared one by one */
function same(actual: unknown, expected: unknown): void {
  const shown = (value: unknown) =>
    JSON.stringify(value instanceof Uint8Array ? { bytes: Array.from(value) } : { value });
  if (shown(actual) !== shown(expected)) throw new Error(`expected ${shown(expected)}, got ${shown(actual)}`);
}
