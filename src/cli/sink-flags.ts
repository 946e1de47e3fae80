/** @file Flags of the places that judgements are sent to. Secrets come from the environment, so that neither the process list nor a shell's history has them. */
import { type Command, Option } from 'commander';
import { CladError } from '../core/errors.ts';
import { lineSink } from '../jobs/sinks/line-sink.ts';
import { mqttSink } from '../jobs/sinks/mqtt-sink.ts';
import type { Sink } from '../jobs/sinks/sink.ts';
import { webhookSink } from '../jobs/sinks/webhook-sink.ts';
import { requireTogether } from './arguments.ts';

/** Values of the flags as commander gives them. */
export interface SinkFlags {
  readonly mqtt?: string;
  readonly mqttTopic?: string;
  readonly mqttQos?: '0' | '1' | '2';
  readonly mqttStatus?: string;
  readonly mqttCa?: string;
  readonly mqttCert?: string;
  readonly mqttKey?: string;
  readonly webhook?: string;
  readonly tcp?: string;
  readonly tcpLine?: string;
  readonly tcpAnswers?: boolean;
}

/** Adds them to a verb. */
export function addSinkFlags(command: Command): void {
  command
    .option('--mqtt <url>', 'publish each judgement to this broker: mqtt://, mqtts://, ws:// or wss://')
    .option('--mqtt-topic <topic>', 'with names in braces, as line-3/{class} (default: clad/judgements)')
    .addOption(
      new Option('--mqtt-qos <n>', 'quality of service (default: 1, at least once)').choices(['0', '1', '2']),
    )
    .option('--mqtt-status <topic>', 'retained: online, or offline (default: clad/status)')
    .option('--mqtt-ca <file>', "PEM file of the authority of the broker's certificate")
    .option('--mqtt-cert <file>', 'PEM file of a certificate of our own, with --mqtt-key')
    .option('--mqtt-key <file>', 'PEM file of its key')
    .option('--webhook <url>', 'post each judgement as JSON to this address')
    .option('--tcp <host:port>', 'send each judgement as a line, to a PLC for one')
    .option('--tcp-line <template>', 'with names in braces (default: {decision};{class};{score})')
    .option('--tcp-answers', 'the other side answers each line with a line; only then it counts as sent');
}

/** What `--help` says of them. */
export const sinkHelp = `
Every judgement is sent once it is in the journal, to each place in its order, until it has arrived: also after the command was killed.
What may arrive twice has "redelivered": true and the same id. A place is sent what is judged from its first use on.
From the environment: CLAD_MQTT_USER, CLAD_MQTT_PASSWORD, and CLAD_WEBHOOK_SECRET, which signs posts (docs/line.md).
Names in braces: path, class, score, threshold, verdict, decision, judgedAt, id and others of the JSON document.`;

/** The places that are asked for. @throws OPTION_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE */
export async function askedSinks(flags: SinkFlags, environment = process.env): Promise<Sink[]> {
  requireTogether('mqtt', flags.mqtt, {
    '--mqtt-topic': flags.mqttTopic,
    '--mqtt-qos': flags.mqttQos,
    '--mqtt-status': flags.mqttStatus,
    '--mqtt-ca': flags.mqttCa,
    '--mqtt-cert': flags.mqttCert,
    '--mqtt-key': flags.mqttKey,
  });
  requireTogether('tcp', flags.tcp, { '--tcp-line': flags.tcpLine, '--tcp-answers': flags.tcpAnswers });
  if ((flags.mqttCert === undefined) !== (flags.mqttKey === undefined)) {
    const [option, other] = flags.mqttCert ? ['--mqtt-cert', '--mqtt-key'] : ['--mqtt-key', '--mqtt-cert'];
    throw new CladError('OPTION_INVALID', {
      option: option!,
      expected: `given with ${other}`,
      actual: 'it alone',
    });
  }
  const sinks: Sink[] = [];
  if (flags.mqtt !== undefined)
    sinks.push(
      await mqttSink(flags.mqtt, {
        topic: flags.mqttTopic,
        qos: flags.mqttQos === undefined ? undefined : (Number(flags.mqttQos) as 0 | 1 | 2),
        statusTopic: flags.mqttStatus,
        user: environment.CLAD_MQTT_USER,
        password: environment.CLAD_MQTT_PASSWORD,
        ca: flags.mqttCa,
        certificate: flags.mqttCert,
        key: flags.mqttKey,
      }),
    );
  if (flags.webhook !== undefined) sinks.push(webhookSink(flags.webhook, environment.CLAD_WEBHOOK_SECRET));
  if (flags.tcp !== undefined)
    sinks.push(lineSink(flags.tcp, { line: flags.tcpLine, answers: flags.tcpAnswers }));
  return sinks;
}
