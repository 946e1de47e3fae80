/** @file ffmpeg as a child process that opens a camera or a video and writes its pictures into a pipe; who it is, what it says, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CladError, reasonOf } from '../../../core/errors.ts';
import type { RgbImage } from '../../../image/rgb.ts';
import { type CameraSource, withoutSecrets } from './camera-source.ts';
import { ppmImages } from './ppm.ts';

/** The oldest that has `-fps_mode`. */
const least = [5, 1] as const;
/** Lines of ffmpeg's that are kept for an error, times of pictures that are kept, and how long a picture waits for its time, milliseconds. */
const [keptLines, keptSeconds, patience] = [30, 500, 500];

/**
 * Finds out whether there is an ffmpeg that will do.
 * @param path - of the program, or its name on the PATH
 * @throws FFMPEG_MISSING, FFMPEG_OLD
 */
export async function requireFfmpeg(path: string): Promise<void> {
  const said = await new Promise<string>((resolve, reject) => {
    const child = spawn(path, ['-version'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    child.on('error', reject);
    child.on('close', () => resolve(text));
  }).catch((error: unknown) => {
    throw new CladError('FFMPEG_MISSING', { path, reason: reasonOf(error), least: least.join('.') });
  });
  requireVersion(path, said);
}

/** @param said - the answer to `-version`; one without a number was built from the newest source @throws FFMPEG_MISSING, FFMPEG_OLD */
export function requireVersion(path: string, said: string): void {
  const [first = ''] = said.split('\n');
  if (!first.startsWith('ffmpeg version '))
    throw new CladError('FFMPEG_MISSING', {
      ...{ path, least: least.join('.') },
      reason: `it answers ${JSON.stringify(first.slice(0, 60))}`,
    });
  const [, major, minor] = /^ffmpeg version n?(\d{1,2})\.(\d+)/.exec(first) ?? [];
  if (major === undefined) return;
  const newer = Number(major) - least[0] || Number(minor) - least[1];
  if (newer < 0)
    throw new CladError('FFMPEG_OLD', {
      ...{ path, least: least.join('.') },
      found: `ffmpeg ${major}.${minor}`,
    });
}

/** What ffmpeg's words mean for whoever stands before the camera; the first that fits. */
const advice: readonly (readonly [RegExp, string])[] = [
  // What an RTSP server answers that sends over UDP alone; see `cameraSource`.
  [/\b461 Unsupported transport/i, "it does not send over TCP: give --camera-options '-rtsp_transport udp'"],
  [
    /Cannot open video device .*: Permission denied/i,
    'this user may not open it: the group of the device, as `ls -l` shows it (video on most systems), is the one to join',
  ],
  [/Device or resource busy/i, 'another program has the camera open'],
  [
    /Not a video capture device|VIDIOC_G_INPUT.*Inappropriate ioctl/i,
    'cameras have several devices, of which one gives pictures: try another number',
  ],
  [/Cannot find a proper format/i, 'what it offers is shown by `ffmpeg -f v4l2 -list_formats all -i DEVICE`'],
];

/** A picture as it came. */
export interface Picture {
  readonly image: RgbImage;
  /** From 0, since it was opened. */
  readonly number: number;
  /** When it came, milliseconds since 1970. */
  readonly at: number;
  /** Where it is in the video or the stream, seconds; waits for a moment until ffmpeg has said so, and is null where it does not. */
  second(): Promise<number | null>;
}

/** An opened camera or video. */
export class FfmpegPictures {
  readonly #source: CameraSource;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  /** Of the last pictures, by their numbers, and how many were told. */
  readonly #seconds = new Map<number, number | null>();
  #told = 0;
  readonly #lines: string[] = [];
  #rest = '';
  #failure: Error | undefined;
  /** What the camera does otherwise than it was asked to, in ffmpeg's words. */
  readonly #otherwise: string[] = [];

  /** @param fps - pictures a second at most; all of them where absent */
  constructor(path: string, source: CameraSource, fps?: number) {
    this.#source = source;
    const child = spawn(path, ffmpegArguments(source, fps), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#closed = once(child, 'close').catch((error: Error) => {
      this.#failure = error;
    });
    child.on('error', (error) => {
      this.#failure = error;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#read(text));
  }

  /** The pictures until it ends. What is not taken is not read, so that ffmpeg waits. */
  async *pictures(): AsyncGenerator<Picture> {
    let number = 0;
    for await (const image of ppmImages(this.#child.stdout!)) {
      const own = number++;
      yield { image, number: own, at: Date.now(), second: () => this.#second(own) };
    }
  }

  /** Waits until it has ended by itself. @returns whether without an error */
  async ended(): Promise<boolean> {
    await this.#closed;
    return this.#failure === undefined && this.#child.exitCode === 0;
  }

  /** What a camera of this machine does otherwise than its options ask for: another size or rate. */
  get otherwise(): string | undefined {
    if (this.#otherwise.length === 0) return undefined;
    return this.#otherwise.join('; ').replaceAll('; The ', '; the ');
  }

  /** Why it ended, in its last words on that, without secrets. */
  get reason(): string {
    if (this.#failure) return reasonOf(this.#failure);
    const { exitCode, signalCode } = this.#child;
    const told = this.#lines.filter((line) => /\[(error|fatal|panic)\]/.test(line));
    const last = told.length > 0 || !exitCode ? told : this.#lines;
    const words = last
      .slice(-3)
      .map((line) => line.replaceAll(/\[(error|fatal|panic|warning|info|[^\]]+ @ 0x\w+)\]\s*/g, '').trim());
    const [, hint] = advice.find(([known]) => last.some((line) => known.test(line))) ?? [];
    if (hint !== undefined) words.push(hint);
    if (words.length === 0) words.push(signalCode ? `ffmpeg was ended by ${signalCode}` : 'it has ended');
    return withoutSecrets(words.join('; ').replace(/\.$/, ''), this.#source);
  }

  /** Ends it, and takes no more of it. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    this.#child.stdout?.destroy();
    // One that hangs in a driver or on the network does not hear the first.
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    await this.#closed;
    clearTimeout(late);
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split(/[\r\n]+/);
    this.#rest = lines.pop()!;
    for (const line of lines) {
      const [, second] = /\bn:\s*\d+\s+pts:\s*\S+\s+pts_time:\s*(\S+)/.exec(line) ?? [];
      if (second !== undefined) {
        this.#seconds.set(this.#told, Number.isFinite(Number(second)) ? Number(second) : null);
        this.#seconds.delete(this.#told++ - keptSeconds);
      } else if (!/showinfo/.test(line) && line.trim() !== '') this.#lines.push(line);
      const [changed] = /The (V4L2 )?driver changed the .*/.exec(line) ?? [];
      if (changed !== undefined && this.#otherwise.length < 2) this.#otherwise.push(changed.trim());
    }
    if (this.#lines.length > keptLines) this.#lines.splice(0, this.#lines.length - keptLines);
  }

  async #second(number: number): Promise<number | null> {
    const end = performance.now() + patience;
    while (this.#told <= number && performance.now() < end) await sleep(2);
    return this.#seconds.get(number) ?? null;
  }
}

/**
 * `showinfo` says the time of each picture, on the stream of its messages; `select` leaves out what comes too soon and, unlike `fps`, never doubles a picture. A stream's time may jump back.
 */
function ffmpegArguments({ address, options, isLive }: CameraSource, fps: number | undefined): string[] {
  const soon =
    fps === undefined
      ? []
      : [`select='isnan(prev_selected_t)+lt(t,prev_selected_t)+gte(t-prev_selected_t,${0.999 / fps})'`];
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+info'],
    // Else it first watches for five seconds to learn a rate that nobody needs.
    ...(isLive ? ['-fpsprobesize', '0'] : []),
    ...[...options, '-i', address, '-map', '0:v:0', '-an', '-sn', '-dn'],
    ...['-vf', [...soon, 'showinfo=checksum=0'].join(','), '-fps_mode', 'passthrough'],
    ...['-f', 'image2pipe', '-c:v', 'ppm', '-pix_fmt', 'rgb24', 'pipe:1'],
  ];
}
