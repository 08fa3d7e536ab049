// A gRPC server (grpc-js-xds) whose rules come from xDS. usage: node xds_server.js MODULES PORT [ADDRESS]
// Every method answers what it was sent. Prints "started" when its control plane has let it serve.
const [modules, port, address = '127.0.0.1'] = process.argv.slice(2);
const net = require('net');
// The library listens at [::] whatever address it is given, where IPv4 clients have addresses (::ffff:127.0.0.1) that its RBAC
// cannot read: see docs/envoy-services.md.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (at, ...more) {
  return typeof at === 'number' ? listen.call(this, at, '0.0.0.0', ...more) : listen.call(this, at, ...more);
};
const grpc = require(modules + '/@grpc/grpc-js');
const xds = require(modules + '/@grpc/grpc-js-xds');
xds.register();
const same = (bytes) => bytes;
const service = {};
const echo = {};
for (const name of ['Land', 'LandForce', 'Fire', 'Status', 'Leave']) {
  service[name] = {
    path: `/empire.Deathstar/${name}`, requestStream: false, responseStream: false,
    requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same,
  };
  echo[name] = (call, done) => done(null, call.request);
}
const server = new xds.XdsServer();
server.addService(service, echo);
server.bindAsync(`${address}:${port}`, new xds.XdsServerCredentials(grpc.ServerCredentials.createInsecure()), (error) =>
  console.log(error ? `failed ${error}` : 'started'));
process.stdin.on('end', () => process.exit(0)).resume();
