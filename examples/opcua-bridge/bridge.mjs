/**
 * @file What `clad watch --mqtt` publishes, as variables of an OPC UA server: the newest judgement and counts, of the line and of each class.
 *
 *   npm install
 *   BRIDGE_MQTT=mqtt://broker.local node bridge.mjs
 *
 * Variables have the newest value and no queue: a client that reads too seldom misses judgements in between, and sees so by the counts.
 * Whoever needs each of them takes MQTT or a webhook.
 *
 * Settings, from the environment:
 *   BRIDGE_MQTT      the broker; user and password are CLAD_MQTT_USER and CLAD_MQTT_PASSWORD, as for clad watch
 *   BRIDGE_TOPIC     of judgements, with wildcards where clad has names in braces (clad/judgements)
 *   BRIDGE_STATUS    of `online` and `offline` (clad/status)
 *   BRIDGE_PORT      of the OPC UA server (4840)
 *   BRIDGE_PKI       folder for its certificates, which it makes (./pki)
 *   BRIDGE_USER, BRIDGE_PASSWORD   that clients have to give; without, everybody may read
 */
import { resolve } from 'node:path';
import { connect } from 'mqtt';
import opcua from 'node-opcua';

const { DataType, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy, StatusCodes } =
  opcua;
const environment = process.env;
const {
  BRIDGE_MQTT: broker = 'mqtt://127.0.0.1',
  BRIDGE_TOPIC: judgements = 'clad/judgements',
  BRIDGE_STATUS: status = 'clad/status',
  BRIDGE_PORT: port = '4840',
  BRIDGE_PKI: pki = './pki',
  BRIDGE_USER: user,
  BRIDGE_PASSWORD: password,
} = environment;

/** Fields of a judgement that a controller can use, and their types. */
const fields = {
  id: DataType.String,
  judgedAt: DataType.DateTime,
  path: DataType.String,
  class: DataType.String,
  score: DataType.Double,
  threshold: DataType.Double,
  verdict: DataType.String,
  decision: DataType.String,
  error: DataType.String,
};
/** By which judgements are counted: what is to be done with the part; `none` where it could not be judged. */
const decisions = ['pass', 'check', 'reject', 'none'];

const server = new OPCUAServer({
  port: Number(port),
  resourcePath: '/clad',
  buildInfo: { productName: 'clad' },
  serverInfo: { applicationUri: 'urn:clad:bridge', productUri: 'urn:clad:bridge' },
  securityModes: user
    ? [MessageSecurityMode.SignAndEncrypt]
    : [MessageSecurityMode.None, MessageSecurityMode.SignAndEncrypt],
  securityPolicies: user
    ? [SecurityPolicy.Basic256Sha256]
    : [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
  allowAnonymous: !user,
  userManager: { isValidUser: (name, secret) => name === user && secret === password },
  serverCertificateManager: new OPCUACertificateManager({
    rootFolder: resolve(pki),
    automaticallyAcceptUnknownCertificate: true,
  }),
});
await server.initialize();
const space = server.engine.addressSpace;
const names = space.getOwnNamespace();
const root = names.addFolder(space.rootFolder.objects, { browseName: 'clad' });
const online = variable(root, 'clad', 'online', DataType.Boolean);
const connected = variable(root, 'clad', 'connected', DataType.Boolean);
online.setValueFromSource({ dataType: DataType.Boolean, value: false });
connected.setValueFromSource({ dataType: DataType.Boolean, value: false });

/** A folder with the newest judgement and counts. @param id - what its node identifiers begin with */
function place(parent, id, browseName) {
  const folder = names.addFolder(parent, { browseName, nodeId: `s=${id}` });
  const newest = Object.entries(fields).map(([name, type]) => [name, variable(folder, id, name, type)]);
  const counts = decisions.map((name) => [name, variable(folder, id, `count.${name}`, DataType.UInt32)]);
  for (const [, node] of counts) node.setValueFromSource({ dataType: DataType.UInt32, value: 0 });
  return { folder, newest, counts: new Map(counts), seen: new Map(decisions.map((name) => [name, 0])) };
}

function variable(folder, id, name, dataType) {
  return names.addVariable({
    componentOf: folder,
    browseName: name,
    nodeId: `s=${id}.${name}`,
    dataType,
    minimumSamplingInterval: 0,
  });
}

const line = place(root, 'line', 'line');
const classes = new Map();
const classFolder = names.addFolder(root, { browseName: 'classes' });

/** Newest identifiers: what comes again after a fault is not counted again. */
const known = new Set();

function judged(judgement) {
  if (known.has(judgement.id)) return;
  known.add(judgement.id);
  if (known.size > 10_000) known.delete(known.values().next().value);
  const places = [line];
  if (judgement.class !== null) {
    if (!classes.has(judgement.class))
      classes.set(judgement.class, place(classFolder, `class.${judgement.class}`, judgement.class));
    places.push(classes.get(judgement.class));
  }
  const at = new Date(judgement.judgedAt);
  for (const { newest, counts, seen } of places) {
    const decision = judgement.decision ?? 'none';
    seen.set(decision, seen.get(decision) + 1);
    counts
      .get(decision)
      .setValueFromSource({ dataType: DataType.UInt32, value: seen.get(decision) }, StatusCodes.Good, at);
    // The identifier last: who waits for it finds the others there.
    for (const [name, node] of newest.toReversed()) {
      const value = name === 'judgedAt' ? at : judgement[name];
      if (value === null) node.setValueFromSource({ dataType: DataType.Null }, StatusCodes.BadNoData, at);
      else node.setValueFromSource({ dataType: fields[name], value }, StatusCodes.Good, at);
    }
  }
}

await server.start();
console.error(`OPC UA at ${server.getEndpointUrl()}`);

const client = connect(broker, {
  // The broker keeps what comes while the bridge is away.
  clientId: 'clad-opcua-bridge',
  clean: false,
  username: environment.CLAD_MQTT_USER,
  password: environment.CLAD_MQTT_PASSWORD,
});
client.on('connect', () => client.subscribe([judgements, status], { qos: 1 }));
for (const [event, value] of [
  ['connect', true],
  ['close', false],
])
  client.on(event, () => connected.setValueFromSource({ dataType: DataType.Boolean, value }));
client.on('error', (error) => console.error(`MQTT: ${error.message}`));
client.on('message', (topic, payload) => {
  if (topic === status) {
    online.setValueFromSource({ dataType: DataType.Boolean, value: String(payload) === 'online' });
    return;
  }
  try {
    judged(JSON.parse(String(payload)));
  } catch (error) {
    console.error(`${topic}: not a judgement (${error.message})`);
  }
});

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await client.endAsync();
    await server.shutdown(1000);
    process.exit(0);
  });
