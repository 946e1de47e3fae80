import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/helpers/sequencer.ts';

// WebGPU without a GPU: the software Vulkan driver inside Debian's Chromium. Set here, before the tests' process starts, since the
// driver's loader reads the environment it was started with.
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (!process.env.VK_ICD_FILENAMES && existsSync(swiftShader)) process.env.VK_ICD_FILENAMES = swiftShader;
process.env.XDG_RUNTIME_DIR ??= tmpdir();

/** Unit tests that need a process of their own: what they put in the place of Node's modules would stay there, and memory is counted by the process. */
const alone = readdirSync(new URL('test/unit', import.meta.url), { recursive: true, encoding: 'utf8' })
  .map((name) => `test/unit/${name.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.test.ts'))
  .filter((path) =>
    /vi\.(do)?mock\(|memoryUsage/i.test(readFileSync(new URL(path, import.meta.url), 'utf8')),
  );

// Half of the time a test waits: for a process to start, for a page, for a lock, for a disk. So two files run at once, and for each of them
// ONNX Runtime computes with one thread, as more of them than cores would only wait for one another.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
    env: { CLAD_THREADS: '1' },
    globalSetup: ['test/helpers/common-folder.ts'],
    setupFiles: ['test/helpers/fast-equality.ts'],
    unstubEnvs: true,
    restoreMocks: true,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: 'whole', include: ['test/{integration,hostile}/**/*.test.ts', ...alone] },
      },
      // Many short files: each has its modules to itself, but not a process, whose start took as long as the tests.
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], exclude: alone, isolate: false },
      },
    ],
  },
});
