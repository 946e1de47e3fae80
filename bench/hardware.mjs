/** What the numbers were measured on. Says nothing that would name the machine or its owner. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

export function hardware(threads, torch) {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 1e9),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    onnxruntime: JSON.parse(readFileSync(entry, 'utf8')).version,
    threads,
    torch: torch && { version: torch.version, blas: torch.blas, threads },
    load: loadavg(),
  };
}
