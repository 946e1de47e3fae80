import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/helpers/sequencer.ts';

// WebGPU without a GPU: the software Vulkan driver inside Debian's Chromium. Set here, before the tests' process starts, since the
// driver's loader reads the environment it was started with.
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (!process.env.VK_ICD_FILENAMES && existsSync(swiftShader)) process.env.VK_ICD_FILENAMES = swiftShader;
process.env.XDG_RUNTIME_DIR ??= tmpdir();

// Half of the time a test waits: for a process to start, for a page, for a lock, for a disk. So two files run at once, and for each of them
// ONNX Runtime computes with one thread, as more of them than cores would only wait for one another.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['node_modules', 'dist'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
    env: { CLAD_THREADS: '1' },
    globalSetup: ['test/helpers/common-folder.ts'],
    setupFiles: ['test/helpers/fast-equality.ts'],
    sequence: { sequencer: LongestFirst },
  },
});
