// Calls a unary method through an xds: target: one call for each line on standard input, one line of answer for each.
// usage: node xds_client.js MODULES TARGET METHOD
const [modules, target, method] = process.argv.slice(2);
const grpc = require(modules + '/@grpc/grpc-js');
require(modules + '/@grpc/grpc-js-xds').register();
const names = Object.entries(grpc.status).reduce((all, [name, code]) => ({ ...all, [code]: name }), {});
const client = new grpc.Client(target, grpc.credentials.createInsecure(), {
  'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 500, 'grpc.enable_retries': 0 });
const same = (bytes) => bytes;
const call = (text) => new Promise((done) => {
  const metadata = new grpc.Metadata({ waitForReady: text.startsWith('wait') });
  client.makeUnaryRequest(method, same, same, Buffer.from(text), metadata, { deadline: Date.now() + 20000 },
    (error, answer) => done(error ? `${names[error.code]} ${error.details}` : `OK ${answer}`));
});
require('readline').createInterface({ input: process.stdin }).on('line', async (line) => console.log(await call(line.trim())))
  .on('close', () => process.exit(0));
