import { describe, expect, it, vi } from 'vitest';
import { HostedDetector, type ServedSource } from '../../../src/server/hosted-detector.ts';

const script = new URL('../../helpers/mortal-thread.mjs', import.meta.url);

describe('HostedDetector', () => {
  const source: ServedSource = { name: 'a', version: '1', path: '/no/such/model.onnx' };

  it('starts a dead thread again, and is not ready meanwhile', async () => {
    const onDeath = vi.fn();
    const onReload = vi.fn();
    const hosted = await HostedDetector.load(source, { script, onDeath, onReload });
    const before = hosted.require();
    const image = { width: 1, height: 1, data: new Uint8Array(3) };
    expect((await before.run([{ image, class: undefined }], 'small')).images).toEqual([
      { ...image, data: new Uint8Array(3) },
    ]);
    await expect(before.run([], 'small')).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(() => hosted.require()).toThrow(expect.objectContaining({ code: 'DETECTOR_UNAVAILABLE' }));
    await vi.waitFor(() => expect(hosted.current).toBeDefined(), { timeout: 5000 });
    expect(hosted.current).not.toBe(before);
    expect(onDeath).toHaveBeenCalledTimes(1);
    expect(onReload).toHaveBeenCalledWith(source, undefined);
    await hosted.close();
  });

  it('predicts large images in another thread, whose death leaves the rest alone', async () => {
    const onDeath = vi.fn();
    const hosted = await HostedDetector.load(source, { script, onDeath, onReload: vi.fn() });
    const loaded = hosted.require();
    const image = () => ({ width: 1, height: 1, data: new Uint8Array(3) });
    expect((await loaded.run([{ image: image(), class: 'a' }], 'large')).images).toEqual([image()]);
    await expect(loaded.run([], 'large')).rejects.toMatchObject({ code: 'WORKER_DIED' });
    expect(onDeath).toHaveBeenCalledTimes(1);
    expect(hosted.require()).toBe(loaded);
    expect((await loaded.run([{ image: image(), class: 'a' }], 'small')).images).toEqual([image()]);
    expect((await loaded.run([{ image: image(), class: 'a' }], 'large')).images).toEqual([image()]);
    await hosted.close();
  });

  it('ends only after the work on it', async () => {
    const hosted = await HostedDetector.load(source, { script, onDeath: vi.fn(), onReload: vi.fn() });
    const release = hosted.require().hold();
    const closed = vi.fn();
    const closing = hosted.close().then(closed);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(closed).not.toHaveBeenCalled();
    release();
    await closing;
  });
});
