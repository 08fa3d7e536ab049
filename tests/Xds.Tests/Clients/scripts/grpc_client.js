// Speaks all kinds of calls to the test service: one scenario for each line on standard input, one line of answer for each.
// usage: node grpc_client.js MODULES TARGET
const [modules, target] = process.argv.slice(2);
const grpc = require(modules + '/@grpc/grpc-js');
const names = Object.entries(grpc.status).reduce((all, [name, code]) => ({ ...all, [code]: name }), {});
const limits = { 'grpc.max_receive_message_length': -1 };
const plain = new grpc.Client(target, grpc.credentials.createInsecure(), limits);
const zipped = new grpc.Client(target, grpc.credentials.createInsecure(),
  { ...limits, 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });
const same = (bytes) => bytes;
const path = (method) => '/jumpgate.test.Kinds/' + method;
const deadline = (ms = 20000) => ({ deadline: Date.now() + ms });

const unary = (method, body = Buffer.alloc(0), ms = 20000, client = plain) => new Promise((done, failed) =>
  client.makeUnaryRequest(path(method), same, same, body, deadline(ms), (e, answer) => (e ? failed(e) : done(answer))));
const all = (call) => new Promise((done, failed) => {
  const messages = [];
  call.on('data', (m) => messages.push(m)).on('end', () => done(messages.join(','))).on('error', failed);
});
const duplex = (...messages) => {
  const call = plain.makeBidiStreamRequest(path('Duplex'), same, same, deadline());
  messages.forEach((m) => call.write(Buffer.from(m)));
  call.end();
  return all(call);
};

const scenarios = {
  unary: () => unary('Unary', Buffer.from('abc')),
  server: () => all(plain.makeServerStreamRequest(path('Server'), same, same, Buffer.from('3'), deadline())),
  client: () => new Promise((done, failed) => {
    const call = plain.makeClientStreamRequest(path('Client'), same, same, deadline(), (e, answer) => (e ? failed(e) : done(answer)));
    ['a', 'b', 'c'].forEach((m) => call.write(Buffer.from(m)));
    call.end();
  }),
  duplex: () => duplex('a', 'b'),
  empty: async () => (await duplex()) + 'none',
  metadata: () => new Promise((done, failed) => {
    const metadata = new grpc.Metadata();
    metadata.set('x-text', 'hello');
    metadata.set('x-bytes-bin', Buffer.from([0, 255, 44]));
    let text;
    plain.makeUnaryRequest(path('Metadata'), same, same, Buffer.alloc(0), metadata, deadline(), (e, answer) => { e ? failed(e) : text = answer; })
      .on('status', (s) => done(`${text} ${s.metadata.get('x-back')[0]} ${s.metadata.get('x-back-bin')[0].toString('hex')}`));
  }),
  cancel: () => new Promise((done, failed) => {
    const call = plain.makeBidiStreamRequest(path('Duplex'), same, same, deadline());
    call.on('data', () => call.cancel()).on('error', (e) => done(names[e.code]));
    call.write(Buffer.from('x'));
  }),
  deadline: () => unary('Hang', Buffer.alloc(0), 300),
  'deaf-deadline': () => unary('HangDeaf', Buffer.alloc(0), 300),
  error: () => unary('Error'),
  'late-error': () => all(plain.makeServerStreamRequest(path('LateError'), same, same, Buffer.alloc(0), deadline())),
  crash: () => unary('Crash'),
  missing: () => unary('Missing'),
  big: async () => (await unary('Unary', Buffer.alloc(3000000, 'x'))).length,
  'too-big': () => unary('Unary', Buffer.alloc(5000000, 'x')),
  gzip: async () => (await unary('Unary', Buffer.alloc(100000, 'x'), 20000, zipped)).length,
  bomb: () => unary('Unary', Buffer.alloc(50000000, 'x'), 20000, zipped),
};
require('readline').createInterface({ input: process.stdin }).on('line', async (line) => {
  try {
    console.log('OK ' + await scenarios[line.trim()]());
  } catch (e) {
    console.log(`${names[e.code]} ${e.details}`);
  }
}).on('close', () => process.exit(0));
