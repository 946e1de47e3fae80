import { defineConfig } from 'vitest/config';

// Tests share two cores with ONNX Runtime's own threads, so files run one after another in a single process.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['node_modules', 'dist'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    pool: 'forks',
  },
});
