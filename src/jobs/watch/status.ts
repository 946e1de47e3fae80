/** @file How the watching stands, for whoever asks while it goes on, and at its end. */
import type { Decision } from '../../detector/prediction.ts';

/** How it stands. */
export interface WatchStatus {
  /** Photographs judged since it began, also those that could not be read. */
  readonly judged: number;
  /** Of these, by what is to be done with the part; `none` without a threshold, and of what could not be judged. */
  readonly decisions: Readonly<Record<Decision | 'none', number>>;
  /** Judgements that a place outside has not been sent yet, by its name. */
  readonly waiting: Readonly<Record<string, number>>;
  /** Absent of a folder. */
  readonly camera?: CameraStatus | undefined;
}

/** How it stands with a camera or a video. */
export interface CameraStatus {
  /** Whether pictures come. */
  readonly isUp: boolean;
  /** Pictures that came, at the rate that was asked for. */
  readonly pictures: number;
  /** How often it came to rest at the empty station, which is not judged where it is known. */
  readonly empty: number;
  /** Those that would have been judged and were not, as newer ones had come meanwhile. */
  readonly dropped: number;
  /** How often it was connected to. */
  readonly connections: number;
  /** Triggers for which no picture came: each is a row of the journal, and no photograph that was judged. */
  readonly missed: number;
}

/** Of no photograph yet. */
export const noDecisions: WatchStatus['decisions'] = { pass: 0, check: 0, reject: 0, none: 0 };
