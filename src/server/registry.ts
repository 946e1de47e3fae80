/** @file The detectors that are served: by name, and by version within a name. */
import { CladError } from '../core/errors.ts';
import type { HostedDetector } from './hosted-detector.ts';

/** What of a detector the registry needs to know. */
export type Named = Pick<HostedDetector, 'source' | 'current'>;

export class Registry<D extends Named = HostedDetector> {
  /** The newest version of each name first. */
  readonly #byName = new Map<string, readonly D[]>();

  constructor(detectors: readonly D[]) {
    for (const { source } of detectors) {
      const same = detectors.filter((each) => each.source.name === source.name);
      this.#byName.set(source.name, same.toSorted(newestFirst));
    }
  }

  get all(): readonly D[] {
    return [...this.#byName.values()].flat();
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** Whether every detector can be used now. */
  get ready(): boolean {
    return this.all.every(({ current }) => current !== undefined);
  }

  /**
   * All versions of a name, the newest first.
   * @throws DETECTOR_UNKNOWN
   */
  versions(name: string): readonly [D, ...D[]] {
    const found = this.#byName.get(name);
    if (found?.[0]) return found as readonly [D, ...D[]];
    throw new CladError('DETECTOR_UNKNOWN', { name, known: this.names.join(', ') });
  }

  /**
   * @param version - the newest where it is not given
   * @throws DETECTOR_UNKNOWN
   */
  get(name: string, version?: string): D {
    const versions = this.versions(name);
    if (version === undefined) return versions[0];
    const found = versions.find(({ source }) => source.version === version);
    if (found) return found;
    const known = versions.map(({ source }) => `${name}, version ${source.version}`).join('; ');
    throw new CladError('DETECTOR_UNKNOWN', { name: `${name}, version ${version}`, known });
  }
}

/** Numbers inside versions count as numbers: 10 is newer than 9. */
function newestFirst(a: Named, b: Named): number {
  return b.source.version.localeCompare(a.source.version, 'en', { numeric: true });
}
