/** @file A camera of the device, and its newest frame whenever there is time for one. */

export class Camera {
  readonly #video: HTMLVideoElement;
  #stream: MediaStream | undefined;
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

  /** @param deviceId - one of `list`; by default the camera at the back, where there is one */
  async start(deviceId?: string): Promise<void> {
    if (!navigator.mediaDevices)
      throw new Error('Cameras can be used by pages from https:// or localhost only.');
    this.stop();
    const camera = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: 'environment' };
    const stream = await navigator.mediaDevices
      .getUserMedia({ video: { ...camera, width: { ideal: 1280 }, height: { ideal: 960 } } })
      .catch((error: unknown) => {
        throw new Error(`The camera cannot be used: ${error instanceof Error ? error.message : error}.`);
      });
    this.#stream = stream;
    this.#ends = [];
    this.#video.srcObject = stream;
    await this.#video.play();
  }

  stop(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.#video.srcObject = null;
  }

  /** Cameras have names only once the user has let the page use one. */
  async list(): Promise<MediaDeviceInfo[]> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === 'videoinput');
  }

  /** Uses one frame after another until the camera stops. */
  async each(use: (video: HTMLVideoElement) => Promise<void>): Promise<void> {
    while (this.running) {
      await new Promise(requestAnimationFrame);
      // Another camera may be on its way.
      if (!this.running || this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) continue;
      await use(this.#video);
      this.#ends = [...this.#ends.slice(-9), performance.now()];
    }
  }

  /** Frames a second over the last ten; undefined while there are too few. */
  rate(): number | undefined {
    const [first] = this.#ends;
    const last = this.#ends.at(-1);
    if (!this.running || first === undefined || last === undefined || last === first) return undefined;
    return ((this.#ends.length - 1) * 1000) / (last - first);
  }
}
