/** @file Names of files and folders as the studio takes them from a page: one step of a path, and nothing that any system reads as more than that. Pure; the page says the same before it sends. */
import { hasInvisible } from '../core/invisible.ts';

/** Bytes that a name may have: file systems take 255, and endings are added. */
const longest = 200;

/** Names that Windows takes for devices, with any ending. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/** Why a name cannot be used; undefined where it can. */
export function nameProblem(name: string): string | undefined {
  if (name.trim() === '') return 'it is empty';
  if (new TextEncoder().encode(name).length > longest) return `it is longer than ${longest} bytes`;
  if (/[/\\]/.test(name)) return 'it has a slash in it';
  if (hasInvisible(name)) return 'it has characters in it that cannot be seen';
  if (/[<>:"|?*]/.test(name)) return 'it has one of the characters < > : " | ? * in it';
  if (name.startsWith('.')) return 'it begins with a full stop, as hidden files do';
  if (/[. ]$/.test(name) || name !== name.trim()) return 'it begins or ends with a space or a full stop';
  if (devices.test(name)) return 'Windows takes it for a device';
  return undefined;
}

/** Names of folders that layouts of data sets read as something else than a product (data/plain.ts). */
const taken = ['train', 'test', 'val', 'validation', 'ground_truth'];

/** Why a product cannot be called so; undefined where it can. */
export function productProblem(name: string): string | undefined {
  if (taken.includes(name.toLowerCase())) return 'data sets have folders of that name for something else';
  return nameProblem(name);
}

/** Names of folders of tests by which other layouts of data sets are known (data/mvtec-forms.ts): with one of them, all would be read as another. */
const ofOthers = ['ok', 'label', 'logical_anomalies', 'structural_anomalies'];

/** Why a kind of defect cannot be called so; undefined where it can. `good` is no defect. */
export function kindProblem(name: string): string | undefined {
  const small = name.toLowerCase();
  if (small === 'good' && name !== 'good') return 'good parts are called good, in small letters';
  if (ofOthers.includes(small)) return 'data sets of another layout are known by it';
  return nameProblem(name);
}

/** The same of a defect: one that is called good would be a good part. */
export function defectProblem(kind: string): string | undefined {
  return kind === 'good' ? 'good parts are called so' : kindProblem(kind);
}
