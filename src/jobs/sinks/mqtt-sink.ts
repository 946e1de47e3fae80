/** @file Judgements published to an MQTT broker, with a retained topic that says whether this line is there. */
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { CladError } from '../../core/errors.ts';
import { readBytes } from '../../core/files.ts';
import { template } from './message.ts';
import type { Sink } from './sink.ts';

/** How to publish. */
export interface MqttSinkOptions {
  /** Names in braces. @default 'clad/judgements' */
  readonly topic?: string | undefined;
  /** 0: sent and forgotten; 1: arrives at least once; 2: the broker passes it on once. @default 1 */
  readonly qos?: 0 | 1 | 2 | undefined;
  /** Retained: `online`, and `offline` once the connection ends. @default 'clad/status' */
  readonly statusTopic?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** PEM files: the authority that the broker's certificate is of, and a certificate of our own with its key. */
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

/** Signs that have a meaning in topics. */
const topicSigns = /[+#/\0]/g;

/**
 * Publishes each judgement as JSON.
 * @param address - mqtt://, mqtts://, ws:// or wss://
 * @throws OPTION_INVALID, FILE_UNREADABLE, FILE_NOT_FOUND
 */
export async function mqttSink(address: string, options: MqttSinkOptions = {}): Promise<Sink> {
  const url = broker(address);
  const { qos = 1, statusTopic = 'clad/status', user, password, ca, certificate, key } = options;
  const topicOf = template(options.topic ?? 'clad/judgements', '--mqtt-topic', (value) =>
    value.replaceAll(topicSigns, '_'),
  );
  const read = async (path: string) => Buffer.from(await readBytes(path));
  const settings: IClientOptions = {
    reconnectPeriod: 1000,
    connectTimeout: 10_000,
    queueQoSZero: false,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca: await read(ca) }),
    ...(certificate !== undefined && { cert: await read(certificate) }),
    ...(key !== undefined && { key: await read(key) }),
    will: { topic: statusTopic, payload: Buffer.from('offline'), qos: 1, retain: true },
  };
  let client: MqttClient | undefined;
  let last: Error | undefined;
  const opened = () => {
    const made = connect(url.href, settings);
    made.on('error', (error) => {
      last = error;
    });
    made.on('connect', () => {
      last = undefined;
      made.publish(statusTopic, 'online', { qos: 1, retain: true }, () => {});
    });
    return made;
  };
  return {
    name: `mqtt ${url.protocol}//${url.host}`,
    async send(message, signal) {
      client ??= opened();
      await connection(client, signal, () => last);
      try {
        await published(client, topicOf(message), JSON.stringify(message), qos, signal);
      } catch (error) {
        // A client sends again what it was not answered, as it was. What has not arrived lies in the journal, which marks it.
        client.end(true);
        client = undefined;
        throw error;
      }
    },
    async close() {
      if (!client) return;
      const connected = client.connected;
      const goodbye = async () => {
        if (connected) await client?.publishAsync(statusTopic, 'offline', { qos: 1, retain: true });
        // Without a goodbye the broker would publish the will besides.
        await client?.endAsync(!connected);
      };
      const late = new Promise<void>((resolve) => setTimeout(resolve, 2000).unref());
      await Promise.race([goodbye().catch(() => {}), late]);
      client.end(true);
    },
  };
}

/** Waits for the connection. @throws what kept it from being made, after some seconds */
async function connection(
  client: MqttClient,
  signal: AbortSignal,
  last: () => Error | undefined,
): Promise<void> {
  const end = performance.now() + 5000;
  while (!client.connected) {
    if (signal.aborted || performance.now() > end || last())
      throw last() ?? new Error('there is no connection to the broker');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Publishes, unless the connection ends before the broker has answered. */
function published(
  client: MqttClient,
  topic: string,
  text: string,
  qos: 0 | 1 | 2,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const lost = () => end(() => reject(new Error('the connection ended before the broker had answered')));
    const end = (how: () => void) => {
      client.off('close', lost);
      signal.removeEventListener('abort', lost);
      how();
    };
    client.once('close', lost);
    signal.addEventListener('abort', lost, { once: true });
    client.publish(topic, text, { qos }, (error) => end(() => (error ? reject(error) : resolve())));
  });
}

function broker(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const fits = url && /^(mqtts?|wss?):$/.test(url.protocol) && url.host !== '';
  if (fits && url.username === '' && url.password === '') return url;
  throw new CladError('OPTION_INVALID', {
    option: '--mqtt',
    expected: fits
      ? 'an address without name and password, which everyone on this machine could read (CLAD_MQTT_USER and CLAD_MQTT_PASSWORD say them)'
      : 'the address of a broker, as mqtt://broker.local or mqtts://broker.local:8883',
    actual: fits ? `${url.protocol}//...@${url.host}` : address,
  });
}
