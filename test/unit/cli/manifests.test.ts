/**
 * @file The manifests of docs/deploy cannot be run here. They hold the fields that Kubernetes and KServe have for them and no others, agree with themselves, and
 * their commands are commands and options that clad has.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { addVerbs } from '../../../src/cli/verbs.ts';
import { withFolder } from '../../helpers/made-store.ts';

const folder = new URL('../../../docs/deploy/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const textOf = (name: string) => readFileSync(new URL(name, folder), 'utf8');

const label = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
const quantity = z.string().regex(/^\d+(\.\d+)?(m|[KMGT]i?)?$/);
const resources = z.strictObject({
  requests: z.strictObject({ cpu: quantity, memory: quantity }),
  limits: z.strictObject({ cpu: quantity.optional(), memory: quantity }),
});
const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string().startsWith('/'), port: z.number().int() }),
});
const container = z.strictObject({
  name: label,
  image: z.string().regex(/^[\w./-]+:[\w.-]+$/),
  command: z.array(z.string()),
  args: z.array(z.string()),
  env: z.array(
    z.strictObject({
      name: z.string().regex(/^[A-Z_]+$/),
      valueFrom: z.union([
        z.strictObject({ fieldRef: z.strictObject({ fieldPath: z.string() }) }),
        z.strictObject({ secretKeyRef: z.strictObject({ name: label, key: z.string() }) }),
      ]),
    }),
  ),
  ports: z
    .array(z.strictObject({ containerPort: z.number().int(), protocol: z.enum(['TCP', 'UDP']) }))
    .optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  resources,
  volumeMounts: z.array(
    z.strictObject({ name: label, mountPath: z.string().startsWith('/'), readOnly: z.boolean().optional() }),
  ),
});
const podSpec = {
  securityContext: z.strictObject({ fsGroup: z.number().int() }),
  containers: z.tuple([container]),
  volumes: z.array(
    z.strictObject({ name: label, persistentVolumeClaim: z.strictObject({ claimName: label }) }),
  ),
};
const job = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  metadata: z.strictObject({ name: label }),
  spec: z.strictObject({
    completionMode: z.literal('Indexed'),
    completions: z.number().int().min(1),
    parallelism: z.number().int().min(1),
    // Of indexed jobs whose pods are never restarted.
    backoffLimitPerIndex: z.number().int().min(0),
    podFailurePolicy: z.strictObject({
      rules: z.array(
        z.union([
          z.strictObject({
            action: z.enum(['FailJob', 'FailIndex']),
            onExitCodes: z.strictObject({
              containerName: label,
              operator: z.enum(['In', 'NotIn']),
              values: z.array(z.number().int().min(1)),
            }),
          }),
          z.strictObject({
            action: z.enum(['Ignore', 'Count']),
            onPodConditions: z.array(
              z.strictObject({ type: z.literal('DisruptionTarget'), status: z.literal('True') }),
            ),
          }),
        ]),
      ),
    }),
    template: z.strictObject({ spec: z.strictObject({ restartPolicy: z.literal('Never'), ...podSpec }) }),
  }),
});
const replicas = { minReplicas: z.number().int().min(0), maxReplicas: z.number().int().min(1) };
const service = z.strictObject({
  apiVersion: z.literal('serving.kserve.io/v1beta1'),
  kind: z.literal('InferenceService'),
  metadata: z.strictObject({ name: label }),
  spec: z.strictObject({
    predictor: z.union([
      z.strictObject({ ...replicas, ...podSpec }),
      z.strictObject({
        ...replicas,
        model: z.strictObject({
          modelFormat: z.strictObject({ name: z.literal('triton') }),
          protocolVersion: z.literal('v2'),
          storageUri: z.string().regex(/^pvc:\/\/[a-z0-9-]+\/\S+$/),
          resources,
        }),
      }),
    ]),
  }),
});
type Container = z.infer<typeof container>;

/** Reads a command line as clad does, without doing it. @throws what commander says */
async function parsed(args: readonly string[]) {
  const program = new Command('clad').exitOverride().configureOutput({ writeErr: () => {} });
  await addVerbs(program, args);
  let found: { verb: string; options: Record<string, unknown>; args: readonly string[] } | undefined;
  for (const command of program.commands)
    command.exitOverride().action(() => {
      found = { verb: command.name(), options: command.opts(), args: command.args };
    });
  await program.parseAsync([...args], { from: 'user' });
  return found;
}

/** Arguments as Kubernetes gives them. */
function given({ args, env }: Container, shard: string): string[] {
  const known = new Set(env.map(({ name }) => name));
  return args.map((arg) =>
    arg.replaceAll(/\$\((\w+)\)/g, (whole, name: string) => (known.has(name) ? shard : whole)),
  );
}

function requireConsistent({
  containers: [only],
  volumes,
}: {
  containers: [Container];
  volumes: readonly { name: string }[];
}) {
  expect(only.volumeMounts.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name));
  // The image has the program there, and its own entry point is another verb.
  expect([...only.command, ''].join(' ')).toContain('node dist/cli/main.js ');
}

describe('manifests in docs/deploy', async () => {
  it('are those that are tested here', async () => {
    expect([...names].sort()).toEqual([
      'extract-job.yaml',
      'kserve-triton.yaml',
      'kserve.yaml',
      'predict-job.yaml',
    ]);
  });

  it.each([
    ['extract-job.yaml', 'extract', 'FailJob'],
    ['predict-job.yaml', 'predict', 'FailIndex'],
  ])('%s is an indexed job of as many shards as it has indexes', async (name, verb, whereWrong) => {
    const { spec } = job.parse(parse(textOf(name)));
    const pod = spec.template.spec;
    requireConsistent(pod);
    const [only] = pod.containers;
    expect(only.env).toEqual([
      {
        name: 'SHARD',
        valueFrom: {
          fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" },
        },
      },
    ]);
    expect(spec.parallelism).toBeLessThanOrEqual(spec.completions);
    const [wrong] = spec.podFailurePolicy.rules;
    expect(wrong).toMatchObject({
      action: whereWrong,
      onExitCodes: { containerName: only.name, values: [2] },
    });
    for (const index of [0, spec.completions - 1]) {
      const { verb: found, options } = (await parsed(given(only, String(index))))!;
      expect(found).toBe(verb);
      expect(options.shard).toEqual({ index, count: spec.completions });
    }
    await expect(parsed(given(only, String(spec.completions)))).rejects.toThrow(/from 0 to n - 1/);
  });

  it.each([
    [0, true],
    [2, true],
    [137, false],
  ])('the shell of predict-job.yaml ends with its status %i, results there: %s', (status, finished) =>
    withFolder(async (folder) => {
      const [only] = job.parse(parse(textOf('predict-job.yaml'))).spec.template.spec.containers;
      const [shell, flag, script, ...rest] = only.command;
      await writeFile(join(folder, 'node'), `#!/bin/sh\necho "$@"\nexit ${status}\n`, { mode: 0o755 });
      const env = { PATH: `${folder}:${process.env.PATH}`, SHARD: '3' };
      const words = [flag!, script!.replaceAll('/work', folder), ...rest, ...given(only, '3')];
      expect(spawnSync(shell!, words, { env }).status).toBe(status);
      const line = `dist/cli/main.js ${given(only, '3').join(' ')}\n`;
      const name = join(folder, 'results', finished ? '3.jsonl' : '3.part');
      expect(readFileSync(name, 'utf8')).toBe(line);
    }),
  );

  it('kserve.yaml serves where it is probed, with a token', async () => {
    const { spec } = service.parse(parse(textOf('kserve.yaml')));
    if (!('containers' in spec.predictor)) throw new Error('expected containers');
    requireConsistent(spec.predictor);
    const [only] = spec.predictor.containers;
    expect(only.name).toBe('kserve-container');
    const { verb, options } = (await parsed(only.args))!;
    expect([verb, options.host]).toEqual(['serve', '0.0.0.0']);
    const ports = [
      only.ports?.[0]?.containerPort,
      only.readinessProbe?.httpGet.port,
      only.livenessProbe?.httpGet.port,
    ];
    expect(ports).toEqual([options.port, options.port, options.port]);
    expect(only.env.map(({ name }) => name)).toEqual(['CLAD_TOKEN']);
  });

  it('kserve-triton.yaml takes the exported folder from the volume', async () => {
    const { spec } = service.parse(parse(textOf('kserve-triton.yaml')));
    if (!('model' in spec.predictor)) throw new Error('expected a model');
    const { verb, options } = (await parsed(commandIn('kserve-triton.yaml')))!;
    expect([verb, options.to]).toEqual(['export', 'triton']);
    expect(`/work${new URL(spec.predictor.model.storageUri).pathname}`).toBe(options.out);
  });

  it('extract-job.yaml says the training that takes its shards', async () => {
    const { verb, options, args } = (await parsed(commandIn('extract-job.yaml')))!;
    const { spec } = job.parse(parse(textOf('extract-job.yaml')));
    const extraction = (await parsed(given(spec.template.spec.containers[0], '0')))!;
    expect(verb).toBe('train');
    expect(args).toEqual(extraction.args);
    for (const name of ['cache', 'backbone']) expect(options[name]).toBe(extraction.options[name]);
  });
});

/** The command that the comment at the top says. */
function commandIn(name: string): string[] {
  const [, command] = /^# +clad (.+)$/m.exec(textOf(name)) ?? [];
  return command!.split(' ');
}
