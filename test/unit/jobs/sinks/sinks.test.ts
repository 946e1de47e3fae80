import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Aedes } from 'aedes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lineSink } from '../../../../src/jobs/sinks/line-sink.ts';
import { messageOf, type SinkMessage } from '../../../../src/jobs/sinks/message.ts';
import { mqttSink } from '../../../../src/jobs/sinks/mqtt-sink.ts';
import { Outbox } from '../../../../src/jobs/sinks/outbox.ts';
import { type Sink, SinkRefusal } from '../../../../src/jobs/sinks/sink.ts';
import { webhookSink } from '../../../../src/jobs/sinks/webhook-sink.ts';
import { Journal } from '../../../../src/jobs/watch/journal.ts';
import { judgementOf } from '../../../helpers/judgements.ts';

let folder = '';
let journal: Journal;
let notes: string[] = [];
/** What is to be ended, the last first. */
let open: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clad-sinks-'));
  journal = await Journal.open(join(folder, 'journal.sqlite'));
  notes = [];
  open = [];
});
afterEach(async () => {
  for (const end of open.reverse()) await end();
  journal.close();
  await rm(folder, { recursive: true, force: true });
});

function judge(path: string, more: { class?: string; verdict?: string; judgedAt?: string } = {}): void {
  const usual = { class: 'screw', threshold: 4, verdict: 'normal', decision: 'pass', sha256: 'ab' };
  journal.add(judgementOf(path, { ...usual, judgedAt: '2026-11-29T05:00:00.000Z', ...more }));
}

function outbox(sink: Sink): Outbox {
  const made = new Outbox(journal, sink, (text) => notes.push(text));
  open.push(() => made.close());
  return made;
}

/** A server on a port of its own; its connections end with it. */
async function listening(server: Server, port = 0): Promise<{ port: number; end: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const end = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  open.push(end);
  return { port: (server.address() as AddressInfo).port, end };
}

/** A sink that does as it is told. */
function told(send: (message: SinkMessage) => Promise<void> | void): Sink & { sent: SinkMessage[] } {
  const sent: SinkMessage[] = [];
  return {
    name: 'told',
    sent,
    async send(message) {
      await send(message);
      sent.push(message);
    },
    async close() {},
  };
}

describe('an outbox', () => {
  it('sends what is judged from the first use on, in order, each once', async () => {
    judge('before.png');
    const sink = told(() => {});
    const box = outbox(sink);
    for (let number = 0; number < 70; number++) judge(`${number}.png`);
    expect(await box.settle(5000)).toBe(0);
    expect(sink.sent.map(({ path }) => path)).toEqual(Array.from({ length: 70 }, (_, at) => `${at}.png`));
    expect(new Set(sink.sent.map(({ id }) => id)).size).toBe(70);
    expect(sink.sent.every(({ redelivered }) => !redelivered)).toBe(true);
    expect(sink.sent[0]).toMatchObject({ score: 1.25, class: 'screw', decision: 'pass', modelVersion: 2 });
    expect(sink.sent[0]).not.toHaveProperty('modified');
  });

  it('goes on where it was, and marks what was on its way when it ended', async () => {
    let first: (message: SinkMessage) => Promise<void> | void = ({ path }) =>
      path === '1.png' ? new Promise(() => {}) : undefined;
    const sink = told((message) => first(message));
    const box = new Outbox(journal, sink, (text) => notes.push(text));
    for (const path of ['0.png', '1.png', '2.png']) judge(path);
    box.wake();
    while (sink.sent.length < 1) await sleep(5);
    await box.close();
    judge('3.png');
    first = () => {};
    const again = outbox(sink);
    expect(await again.settle(5000)).toBe(0);
    expect(sink.sent.map(({ path }) => path)).toEqual(['0.png', '1.png', '2.png', '3.png']);
    const { redelivered } = sink.sent[1]!;
    expect(redelivered).toBe(true);
    expect(sink.sent[3]!.redelivered).toBe(false);
  });

  it('tries again what failed, told once, and leaves what is refused', async () => {
    let failing = 2;
    const sink = told(({ path }) => {
      if (path === 'bad.png') throw new SinkRefusal('too large');
      if (path === 'late.png' && failing-- > 0) throw new Error('no route to host');
    });
    const box = outbox(sink);
    for (const path of ['bad.png', 'late.png', 'last.png']) judge(path);
    expect(await box.settle(10_000)).toBe(0);
    expect(sink.sent.map(({ path }) => path)).toEqual(['late.png', 'last.png']);
    expect(sink.sent[0]!.redelivered).toBe(true);
    expect(notes.filter((note) => /no route to host/.test(note))).toHaveLength(1);
    expect(notes.join()).toMatch(/told refused the judgement of bad\.png: too large/);
    expect(notes.join()).toMatch(/it works again/);
  });

  it('keeps old judgements until they are sent', async () => {
    const box = outbox(told(() => new Promise(() => {})));
    judge('old.png', { judgedAt: '2020-01-01T00:00:00.000Z' });
    box.wake();
    expect(journal.removable({ before: '2021-01-01T00:00:00.000Z', sinks: ['told'] })).toEqual([]);
    expect(journal.removable({ before: '2021-01-01T00:00:00.000Z' })).toHaveLength(1);
  });
});

describe('MQTT', () => {
  /** A broker, and what is published to it. */
  async function broker(port = 0, mayAnswer: (topic: string) => boolean = () => true) {
    const aedes = await Aedes.createBroker();
    aedes.authorizePublish = (client, { topic }, done) => {
      // The message is there; its sender will not know.
      if (client && !mayAnswer(topic)) client.conn.destroy();
      done(null);
    };
    const messages: { topic: string; text: string; retain: boolean }[] = [];
    aedes.on('publish', ({ topic, payload, retain }, client) => {
      if (client) messages.push({ topic, text: payload.toString(), retain });
    });
    const server = createServer(aedes.handle);
    const { port: found, end } = await listening(server, port);
    const stop = async () => {
      await end();
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    };
    open.push(stop);
    return { port: found, messages, stop };
  }

  it('arrives on its topic, though the broker goes away in between, and says whether it is there', async () => {
    const first = await broker();
    const sink = await mqttSink(`mqtt://127.0.0.1:${first.port}`, { topic: 'line/{class}/{decision}' });
    const box = outbox(sink);
    judge('0.png', { class: 'cap/#1' });
    expect(await box.settle(5000)).toBe(0);
    expect(first.messages).toContainEqual({ topic: 'clad/status', text: 'online', retain: true });
    const [sent] = first.messages.filter(({ topic }) => topic.startsWith('line/'));
    expect(sent?.topic).toBe('line/cap__1/pass');
    expect(JSON.parse(sent!.text)).toMatchObject({ path: '0.png', redelivered: false });
    await first.stop();
    judge('1.png');
    expect(await box.settle(300)).toBe(1);
    const second = await broker(first.port);
    expect(await box.settle(15_000)).toBe(0);
    const late = second.messages.filter(({ topic }) => topic.startsWith('line/'));
    expect(late.map(({ text }) => JSON.parse(text).path)).toEqual(['1.png']);
    await box.close();
    expect(second.messages.at(-1)).toEqual({ topic: 'clad/status', text: 'offline', retain: true });
  }, 30_000);

  it('says so where a message comes twice, as the broker was lost before it had answered', async () => {
    let deaf = 1;
    const { port, messages } = await broker(0, (topic) => topic !== 'clad/judgements' || deaf-- <= 0);
    const box = outbox(await mqttSink(`mqtt://127.0.0.1:${port}`));
    judge('0.png');
    judge('1.png');
    expect(await box.settle(15_000)).toBe(0);
    const sent = messages
      .filter(({ topic }) => topic === 'clad/judgements')
      .map(({ text }) => JSON.parse(text));
    const ofFirst = sent.filter(({ path }) => path === '0.png');
    expect(ofFirst.at(-1)).toMatchObject({ redelivered: true });
    for (const [at, { id, redelivered }] of sent.entries())
      if (sent.findIndex((each) => each.id === id) < at) expect(redelivered).toBe(true);
    expect(sent.at(-1)).toMatchObject({ path: '1.png' });
  }, 30_000);

  it.each([
    ['broker.local', {}, /mqtt:\/\/broker\.local/],
    ['mqtt://me:secret@broker.local', {}, /CLAD_MQTT_PASSWORD/],
    ['mqtt://broker.local', { topic: 'line/{clas}' }, /--mqtt-topic .*class/],
  ])('refuses %s', async (address, options, sentence) => {
    const refused = await mqttSink(address, options).catch((error: Error) => error);
    expect(String(refused)).toMatch(sentence);
    expect(String(refused)).not.toMatch(/secret/);
  });
});

describe('a webhook', () => {
  it('is posted signed JSON until it takes it, but for what it refuses', async () => {
    const answers = [503, 200, 422, 200];
    const posts: { body: string; signature: string; key: string }[] = [];
    const server = createHttp(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { 'x-clad-signature': signature, 'idempotency-key': key } = request.headers;
      posts.push({ body, signature: String(signature), key: String(key) });
      response.writeHead(answers.shift() ?? 200).end();
    });
    const { port } = await listening(server as unknown as Server);
    const box = outbox(webhookSink(`http://127.0.0.1:${port}/hook`, 'key'));
    for (const path of ['0.png', '1.png', '2.png']) judge(path);
    expect(await box.settle(10_000)).toBe(0);
    expect(posts.map(({ body }) => JSON.parse(body).path)).toEqual(['0.png', '0.png', '1.png', '2.png']);
    expect(posts[1]!.key).toBe(posts[0]!.key);
    expect(JSON.parse(posts[1]!.body).redelivered).toBe(true);
    const [, seconds, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(posts[0]!.signature) ?? [];
    const own = createHmac('sha256', 'key').update(`${seconds}.${posts[0]!.body}`).digest('hex');
    expect(digest).toBe(own);
    expect(notes.join()).toMatch(/refused the judgement of 1\.png: it answered 422/);
  }, 20_000);

  it.each(['ftp://host/', 'host', 'https://me:secret@host/'])('is not %s', (address) => {
    expect(() => webhookSink(address)).toThrow(/--webhook to be an address/);
    expect(() => webhookSink(address)).not.toThrow(/secret/);
  });
});

describe('lines over TCP', () => {
  it('go over one connection, also when the time that the first had is over', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.on('data', () => socket.write('ok\n'));
    });
    const { port, end } = await listening(server);
    open.push(end);
    const sink = lineSink(`127.0.0.1:${port}`, { answers: true });
    judge('0.png');
    const message = messageOf(journal.all()[0]!, journal.identity, false);
    const first = new AbortController();
    await sink.send(message, first.signal);
    first.abort();
    await sleep(50);
    await sink.send(message, new AbortController().signal);
    expect(connections).toBe(1);
    await sink.close();
    await expect(sink.send(message, AbortSignal.abort())).rejects.toThrow('in time');
  });

  it('are sent as their template says, each once it was answered', async () => {
    const lines: string[] = [];
    let deaf = true;
    const server = createServer((socket) => {
      socket.on('data', (chunk) => {
        lines.push(chunk.toString());
        if (deaf) socket.destroy();
        else socket.write('ok\n');
        deaf = false;
      });
    });
    const { port } = await listening(server);
    const box = outbox(
      lineSink(`127.0.0.1:${port}`, { line: '{verdict}|{class}|{score}|{error}', answers: true }),
    );
    judge('0.png', { class: 'two\nlines' });
    judge('1.png');
    expect(await box.settle(10_000)).toBe(0);
    const [first, second] = ['normal|two lines|1.25|\n', 'normal|screw|1.25|\n'];
    expect(lines).toEqual([first, first, second]);
  }, 20_000);

  it('go on where the other side hangs up between two of them', async () => {
    const lines: string[] = [];
    const server = createServer((socket) => {
      socket.on('data', (chunk) => {
        lines.push(chunk.toString());
        socket.end('ok\n');
      });
    });
    const { port } = await listening(server);
    const box = outbox(lineSink(`127.0.0.1:${port}`, { line: '{path}', answers: true }));
    for (const path of ['0.png', '1.png']) {
      judge(path);
      expect(await box.settle(10_000)).toBe(0);
      await sleep(50);
    }
    expect(new Set(lines)).toEqual(new Set(['0.png\n', '1.png\n']));
    // A promise that nobody waits for would end the process here.
    await sleep(100);
  }, 20_000);

  it.each([
    ['plc', undefined, /host:port/],
    ['plc:99999', undefined, /host:port/],
    ['plc:9000', '{nothing}', /--tcp-line/],
  ])('refuse %s with %s', (address, line, sentence) => {
    expect(() => lineSink(address, { line })).toThrow(sentence);
  });
});
