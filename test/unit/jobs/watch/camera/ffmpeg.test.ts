/**
 * @file What is told of a camera that ffmpeg cannot open, or opens otherwise than it was asked to. A stand-in says what ffmpeg 5.1.8 said of a video device of Linux
 * (the driver `vivid`).
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cameraSource } from '../../../../../src/jobs/watch/camera/camera-source.ts';
import { FfmpegPictures } from '../../../../../src/jobs/watch/camera/ffmpeg.ts';

/** An ffmpeg that says these lines, gives one picture if that is wanted, and ends. */
async function told(lines: readonly string[], { isOpened = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'clad-ffmpeg-'));
  const program = join(folder, 'ffmpeg');
  const words = lines.map((line) => `echo '${line}' >&2`);
  const end = isOpened ? "printf 'P6\\n1 1\\n255\\nabc'" : 'exit 1';
  await writeFile(program, ['#!/bin/sh', ...words, end, ''].join('\n'));
  await chmod(program, 0o755);
  const opened = new FfmpegPictures(program, await cameraSource('/dev/video0'));
  let count = 0;
  for await (const _ of opened.pictures()) count++;
  const isWhole = await opened.ended();
  await rm(folder, { recursive: true });
  return { count, isWhole, reason: opened.reason, otherwise: opened.otherwise };
}

const device = '[video4linux2,v4l2 @ 0x55ebfff61a00]';

describe.skipIf(process.platform === 'win32')('a camera that cannot be opened', () => {
  it.each<[string, readonly string[], string]>([
    [
      'is not there',
      [
        `${device} [error] Cannot open video device /dev/video0: No such file or directory`,
        '[error] /dev/video0: No such file or directory',
      ],
      'Cannot open video device /dev/video0: No such file or directory; /dev/video0: No such file or directory',
    ],
    [
      'is not for this user',
      [
        `${device} [error] Cannot open video device /dev/video0: Permission denied`,
        '[error] /dev/video0: Permission denied',
      ],
      'Cannot open video device /dev/video0: Permission denied; /dev/video0: Permission denied; this user may not open it: the group of the device, as `ls -l` shows it (video on most systems), is the one to join',
    ],
    [
      'is held by another program',
      ['[error] /dev/video0: Device or resource busy'],
      '/dev/video0: Device or resource busy; another program has the camera open',
    ],
    [
      'is the other device of a camera',
      [
        `${device} [error] ioctl(VIDIOC_G_INPUT): Inappropriate ioctl for device`,
        '[error] /dev/video0: Inappropriate ioctl for device',
      ],
      'ioctl(VIDIOC_G_INPUT): Inappropriate ioctl for device; /dev/video0: Inappropriate ioctl for device; cameras have several devices, of which one gives pictures: try another number',
    ],
    [
      'does not offer the format',
      [
        `${device} [error] Cannot find a proper format for codec 'mjpeg' (id 7), pixel format 'none' (id -1)`.replaceAll(
          "'",
          '"',
        ),
        '[error] /dev/video0: Invalid argument',
      ],
      'Cannot find a proper format for codec "mjpeg" (id 7), pixel format "none" (id -1); /dev/video0: Invalid argument; what it offers is shown by `ffmpeg -f v4l2 -list_formats all -i DEVICE`',
    ],
  ])('since it %s says so, and what to do', async (_, lines, reason) => {
    expect(await told(lines)).toEqual({ count: 0, isWhole: false, reason, otherwise: undefined });
  });

  it('as it was asked to is opened otherwise, which is told', async () => {
    const lines = [
      `${device} [info] The V4L2 driver changed the video from 333x111 to 320x180`,
      `${device} [info] The driver changed the time per frame from 1/7 to 1/10`,
    ];
    expect(await told(lines, { isOpened: true })).toMatchObject({
      ...{ count: 1, isWhole: true },
      otherwise:
        'The V4L2 driver changed the video from 333x111 to 320x180; the driver changed the time per frame from 1/7 to 1/10',
    });
  });
});
