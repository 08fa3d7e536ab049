// @platformatic/kafka: platformatic.mjs BOOTSTRAP [OPERATION...], or operations from standard input, a line each. Every operation
// answers with one line of JSON. Clients stay open between operations of the same options.
import readline from 'node:readline';
import {
  Admin, ConfigResourceTypes, Consumer, MessagesStreamModes, Producer, stringDeserializers, stringSerializers,
} from '@platformatic/kafka';

const [bootstrap, ...single] = process.argv.slice(2);
const limit = 30000;
const kept = new Map();
const common = {
  clientId: 'platformatic', bootstrapBrokers: bootstrap.split(','), retries: 0, timeout: limit, connectTimeout: limit,
  requestTimeout: limit,
};

function keep(key, make) {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key);
}

function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(what()), { code: 'TimedOut' })), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const operations = {
  async produce([topic, count], { acks = 'all', idempotent, txn, compression, abort }) {
    const producer = keep(`producer ${idempotent} ${txn}`, () => new Producer({
      ...common, serializers: stringSerializers, idempotent: Boolean(idempotent || txn), transactionalId: txn, autocreateTopics: true,
    }));
    const transaction = txn && await producer.beginTransaction();
    const messages = Array.from({ length: Number(count) }, (_, i) => ({ topic, value: `${topic}-${i}` }));
    try {
      await (transaction ?? producer).send({ messages, acks: acks === 'all' ? -1 : Number(acks), compression });
    } catch (error) {
      if (transaction) await transaction.abort().catch(() => {});
      throw error;
    }
    if (transaction) await (abort ? transaction.abort() : transaction.commit());
    return { count: messages.length };
  },

  // This client knows consumers in groups only.
  async consume([topic, count], { group = `g-${process.pid}`, protocol = 'classic', timeout = limit / 1000 }) {
    const consumer = new Consumer({
      ...common, groupId: group, groupProtocol: protocol, deserializers: stringDeserializers, autocommit: false,
      heartbeatInterval: 300, sessionTimeout: 6000, maxWaitTime: 200, minBytes: 1,
    });
    const values = [];
    let stream;
    try {
      const work = async () => {
        stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST });
        let last;
        for await (const message of stream) {
          values.push(message.value);
          last = message;
          if (values.length >= Number(count)) break;
        }
        if (last) await last.commit();
      };
      await within(Number(timeout) * 1000, work(), () => `${values.length} of ${count} records`);
    } finally {
      await within(limit, consumer.close(true), () => 'close').catch(() => {});
    }
    return { count: values.length, values: values.sort() };
  },

  async topics() {
    return { values: (await admin().listTopics()).sort() };
  },

  async create([topic]) {
    await admin().createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    return {};
  },

  async delete([topic]) {
    await admin().deleteTopics({ topics: [topic] });
    return {};
  },

  async configs([topic]) {
    const answer = await admin().describeConfigs({ resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }] });
    return { values: answer.flatMap((r) => r.configs.map((c) => c.name)).sort() };
  },

  async groups() {
    return { values: [...(await admin().listGroups()).keys()].sort() };
  },
};

const admin = () => keep('admin', () => new Admin(common));

// Errors wrap one another; the innermost that has Kafka's number is what the broker said.
function root(error) {
  if (error.apiCode > 0) return error;
  for (const inner of [...error.errors ?? [], error.cause].filter(Boolean)) {
    const found = root(inner);
    if (found.apiCode > 0) return found;
  }
  return error;
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
    answer = { ok: false, error: cause.apiId ?? cause.code ?? cause.name, code: cause.apiCode ?? 0, detail: String(cause.message) };
    if (process.env.KAFKA_DEBUG) console.error(error);
  }
  answer.ms = Number((process.hrtime.bigint() - started) / 1000000n);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

if (single.length > 0) {
  await run(single);
} else {
  for await (const line of readline.createInterface({ input: process.stdin })) await run(line.trim().split(/\s+/));
}
process.exit(0);
