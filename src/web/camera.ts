/** @file A camera of the device, and its newest frame whenever there is time for one. */

/** Milliseconds without a new frame after which a camera has fallen silent. */
const silence = 2_000;

export class Camera {
  readonly #video: HTMLVideoElement;
  #stream: MediaStream | undefined;
  /** Counts calls of `start` and `stop`: a camera that comes late is turned off again. */
  #wish = 0;
  /** When the last frames were done, milliseconds. */
  #ends: number[] = [];

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  get running(): boolean {
    return this.#stream !== undefined;
  }

  get deviceId(): string | undefined {
    return this.#stream?.getVideoTracks()[0]?.getSettings().deviceId;
  }

  /**
   * @param deviceId - one of `list`; by default the camera at the back, where there is one
   * @returns whether it runs: false where it was stopped, or another started, before it came
   */
  async start(deviceId?: string): Promise<boolean> {
    if (!navigator.mediaDevices)
      throw new Error('Cameras can be used by pages from https:// or localhost only.');
    this.stop();
    this.#wish += 1;
    const wish = this.#wish;
    const camera = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: 'environment' };
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { ...camera, width: { ideal: 1280 }, height: { ideal: 960 } },
      });
    } catch (error) {
      if (wish !== this.#wish) return false;
      throw new Error(`The camera cannot be used: ${error instanceof Error ? error.message : error}.`);
    }
    if (wish !== this.#wish) {
      turnOff(stream);
      return false;
    }
    this.#stream = stream;
    this.#ends = [];
    this.#video.srcObject = stream;
    try {
      await this.#video.play();
    } catch (error) {
      // A video whose camera was stopped meanwhile is interrupted.
      if (this.#stream === stream) throw error;
    }
    return this.#stream === stream;
  }

  stop(): void {
    this.#wish += 1;
    if (this.#stream) turnOff(this.#stream);
    this.#stream = undefined;
    this.#video.srcObject = null;
  }

  /** Cameras have names only once the user has let the page use one. */
  async list(): Promise<MediaDeviceInfo[]> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === 'videoinput');
  }

  /**
   * Uses one new frame after another until this camera is stopped, and stops it where something fails.
   * What fails after that is nobody's news any more, and passed over.
   * @param silent - called when no frame has come for a while; the next may still come
   * @throws Error when the camera goes away by itself, e.g. is unplugged; and what `use` throws
   */
  async each(use: (video: HTMLVideoElement) => Promise<void>, silent: () => void): Promise<void> {
    const stream = this.#stream;
    try {
      while (stream && this.#stream === stream) {
        // A video without a camera keeps its last frame, which would be predicted for ever.
        if (!stream.active)
          throw new Error('The camera stopped: it was unplugged, or another program took it.');
        const came = await newFrame(this.#video);
        if (this.#stream !== stream) return;
        if (!came) {
          if (stream.active) silent();
          continue;
        }
        await use(this.#video);
        this.#ends = [...this.#ends.slice(-9), performance.now()];
      }
    } catch (error) {
      if (this.#stream !== stream) return;
      this.stop();
      throw error;
    }
  }

  /** The frame that shows, lossless (PNG); undefined where there is none yet. */
  async frame(): Promise<Blob | undefined> {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!this.running || width === 0 || height === 0) return undefined;
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d')?.drawImage(this.#video, 0, 0);
    return canvas.convertToBlob({ type: 'image/png' });
  }

  /** Frames a second over the last ten; undefined while there are too few. */
  rate(): number | undefined {
    const [first] = this.#ends;
    const last = this.#ends.at(-1);
    if (!this.running || first === undefined || last === undefined || last === first) return undefined;
    return ((this.#ends.length - 1) * 1000) / (last - first);
  }
}

function turnOff(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Waits for the next frame; false where none comes for a while. */
function newFrame(video: HTMLVideoElement): Promise<boolean> {
  return new Promise((resolve) => {
    const callback = video.requestVideoFrameCallback(() => settle(true));
    const timer = setTimeout(() => settle(false), silence);
    const settle = (came: boolean) => {
      clearTimeout(timer);
      video.cancelVideoFrameCallback(callback);
      resolve(came);
    };
  });
}
