/** @file Order of the test files: the long ones first, so that none runs alone at the end, when the others' processes have nothing left to do. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders from the longest tests to the shortest. */
const folders = ['integration', 'hostile', 'unit'];

const folderOf = ({ moduleId }: TestSpecification) =>
  folders.findIndex((name) => moduleId.includes(`/test/${name}/`));

/** By folder, then as vitest does: what failed before, what took longest before, else the largest files first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => folderOf(one) - folderOf(other));
  }
}
