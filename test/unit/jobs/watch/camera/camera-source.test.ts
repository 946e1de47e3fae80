/** @file What a camera's address is taken for, and that what is secret in it is told to nobody. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cameraSource, withoutSecrets } from '../../../../../src/jobs/watch/camera/camera-source.ts';

describe('a camera source', () => {
  it('is live or a video, with what ffmpeg needs to open it', async () => {
    expect(await cameraSource('rtsp://camera.local/1')).toMatchObject({
      ...{ isLive: true, name: 'rtsp://camera.local/1', options: ['-rtsp_transport', 'tcp'] },
    });
    expect((await cameraSource('rtsp://c/1', '-rtsp_transport udp')).options).toEqual([
      '-rtsp_transport',
      'udp',
    ]);
    expect((await cameraSource('/dev/video7', '-framerate 30')).options).toEqual([
      '-f',
      'v4l2',
      '-framerate',
      '30',
    ]);
    // The name that stays with a camera, which is unplugged.
    expect(await cameraSource('/dev/v4l/by-id/usb-Line_1-video-index0')).toMatchObject({
      ...{ isLive: true, options: ['-f', 'v4l2'] },
    });
    expect((await cameraSource('testsrc=size=8x8', '-f lavfi')).options).toEqual(['-f', 'lavfi']);
    const folder = await mkdtemp(join(tmpdir(), 'clad-source-'));
    const video = join(folder, 'shift 1.mp4');
    await writeFile(video, 'x');
    expect(await cameraSource(video)).toMatchObject({ isLive: false, name: video, stem: 'shift 1-' });
    await rm(folder, { recursive: true });
    await expect(cameraSource(video)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  it('is named without name, password and what is asked for', async () => {
    const source = await cameraSource('rtsp://bob:s%40cret@10.0.0.7:554/live/ch1?user=bob&pwd=hidden#t');
    expect(source.name).toBe('rtsp://10.0.0.7:554/live/ch1?...#t');
    expect(
      withoutSecrets(`[tcp] ${source.address}: 401; tried bob:s%40cret, s@cret and hidden`, source),
    ).toBe('[tcp] rtsp://10.0.0.7:554/live/ch1?...#t: 401; tried ***, *** and ***');
  });

  it.each(['/', '?', '#'])('tells nothing of an address where the password has a %s in it', async (sign) => {
    const source = await cameraSource(`rtsp://bob:ge${sign}heim@host.local/ch1`);
    expect(source.name).toBe('rtsp://...');
    expect(withoutSecrets(`Error opening ${source.address}`, source)).toBe('Error opening rtsp://...');
    for (const plain of [
      `rtsp://host.local:554${sign}a@b`,
      `rtsp://[fe80::1]${sign}a@b`,
      `rtsp://b:c@h${sign}a@b`,
    ])
      expect((await cameraSource(plain)).name).not.toBe('rtsp://...');
  });

  it('tells no password, whatever it is made of', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9]{6,20}$/);
    return fc.assert(
      fc.asyncProperty(word, word, word, async (user, password, token) => {
        const hosts = 'rtsp://host.local/ch?token=...: 401';
        fc.pre([user, password, token].every((secret) => !hosts.includes(secret)));
        const source = await cameraSource(`rtsp://${user}:${password}@host.local/ch?token=${token}`);
        const told = withoutSecrets(
          `${source.address}: 401 (${user}:${password}, ${token}, ${password})`,
          source,
        );
        for (const secret of [password, token]) {
          expect(source.name).not.toContain(secret);
          expect(told).not.toContain(secret);
        }
      }),
    );
  });
});
