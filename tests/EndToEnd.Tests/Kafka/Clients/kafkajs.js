// kafkajs: kafkajs.js BOOTSTRAP [OPERATION...], or operations from standard input, a line each. Every operation answers with one
// line of JSON. Producers stay open between operations of the same options.
'use strict';
const readline = require('node:readline');
const { Kafka, logLevel, CompressionTypes, CompressionCodecs, ConfigResourceTypes } = require('kafkajs');
CompressionCodecs[CompressionTypes.Snappy] = require('kafkajs-snappy');

const [bootstrap, ...single] = process.argv.slice(2);
const limit = 30000;
const kept = new Map();
const kafka = new Kafka({
  clientId: 'kafkajs', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING,
  retry: { retries: 0 }, requestTimeout: limit, connectionTimeout: limit,
});

async function keep(key, make) {
  if (!kept.has(key)) {
    const client = make();
    await client.connect();
    kept.set(key, client);
  }
  return kept.get(key);
}

function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(what()), { name: 'TimedOut' })), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const operations = {
  async produce([topic, count], { acks = 'all', idempotent, txn, compression, abort }) {
    const producer = await keep(`producer ${idempotent} ${txn}`, () => kafka.producer({
      // With both, it would ask for an id of its own outside of transactions too, which a rule for transactions does not grant.
      idempotent: Boolean(idempotent), transactionalId: txn, maxInFlightRequests: txn || idempotent ? 1 : undefined,
      retry: { retries: idempotent || txn ? 2 : 0, initialRetryTime: 50 },
    }));
    const sender = txn ? await producer.transaction() : producer;
    const type = { gzip: CompressionTypes.GZIP, snappy: CompressionTypes.Snappy }[compression];
    // Several topics, with commas between them, go in one request to each broker.
    const topicMessages = topic.split(',').map(topic => ({
      topic, messages: Array.from({ length: Number(count) }, (_, i) => ({ value: `${topic}-${i}` })),
    }));
    try {
      await sender.sendBatch({ topicMessages, acks: acks === 'all' ? -1 : Number(acks), compression: type, timeout: limit });
    } catch (error) {
      if (txn) await sender.abort().catch(() => {});
      throw error;
    }
    if (txn) await (abort ? sender.abort() : sender.commit());
    return { count: Number(count) };
  },

  // kafkajs knows consumers in groups only.
  async consume([topic, count], { group = `g-${process.pid}`, timeout = limit / 1000 }) {
    const consumer = kafka.consumer({
      groupId: group, heartbeatInterval: 300, sessionTimeout: 6000, maxWaitTimeInMs: 200, retry: { retries: 0, restartOnFailure: async () => false },
    });
    const values = [];
    try {
      const work = new Promise((resolve, reject) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
        (async () => {
          await consumer.connect();
          await consumer.subscribe({ topics: [topic], fromBeginning: true });
          await consumer.run({ eachMessage: async ({ message }) => {
            values.push(message.value.toString());
            if (values.length >= Number(count)) resolve();
          } });
        })().catch(reject);
      });
      await within(Number(timeout) * 1000, work, () => `${values.length} of ${count} records`);
    } finally {
      await within(limit, consumer.disconnect(), () => 'disconnect').catch(() => {});
    }
    return { count: values.length, values: values.sort() };
  },

  async topics() {
    return { values: (await (await admin()).listTopics()).sort() };
  },

  async create([topic]) {
    await (await admin()).createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }], waitForLeaders: false });
    return {};
  },

  async delete([topic]) {
    await (await admin()).deleteTopics({ topics: [topic] });
    return {};
  },

  async configs([topic]) {
    const answer = await (await admin()).describeConfigs({
      includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    });
    return { values: answer.resources.flatMap((r) => r.configEntries.map((c) => c.configName)).sort() };
  },

  async groups() {
    return { values: (await (await admin()).listGroups()).groups.map((g) => g.groupId).sort() };
  },
};

const admin = () => keep('admin', () => kafka.admin());

// Errors wrap one another; the innermost that has Kafka's number is what the broker said.
function root(error) {
  let found = error;
  for (let at = error; at; at = at.cause ?? at.originalError ?? (at.errors && at.errors[0])) {
    found = at;
    if (at.code > 0) return at;
  }
  return found;
}

async function run(words) {
  const started = process.hrtime.bigint();
  const plain = words.slice(1).filter((w) => !w.includes('='));
  const options = Object.fromEntries(words.slice(1).filter((w) => w.includes('=')).map((w) => w.split(/=(.*)/s).slice(0, 2)));
  let answer;
  try {
    answer = { ok: true, ...await operations[words[0]](plain, options) };
  } catch (error) {
    const cause = root(error);
    answer = { ok: false, error: cause.type ?? cause.name, code: Number(cause.code > 0 ? cause.code : 0), detail: String(cause.message) };
  }
  answer.ms = Number((process.hrtime.bigint() - started) / 1000000n);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

(async () => {
  if (single.length > 0) {
    await run(single);
  } else {
    for await (const line of readline.createInterface({ input: process.stdin })) await run(line.trim().split(/\s+/));
  }
  process.exit(0);
})();
