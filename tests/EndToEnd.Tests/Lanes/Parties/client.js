// Node's http module with a keep-alive agent: usage client.js HOST PORT 'METHOD PATH [FILE]'...
// Prints STATUS LENGTH SHA256 LOCAL-PORT for each.
const http = require('http'), fs = require('fs'), crypto = require('crypto');
const [host, port, ...steps] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function run(step) {
    const [method, path, upload] = step.split(' ');
    return new Promise((resolve, reject) => {
        const headers = upload ? { 'Content-Length': fs.statSync(upload).size } : {};
        const request = http.request({ host, port, method, path, agent, headers }, response => {
            const digest = crypto.createHash('sha256'), local = response.socket.localPort;
            let length = 0;
            response.on('data', part => { digest.update(part); length += part.length; });
            response.on('error', reject);
            response.on('end', () => {
                console.log(response.statusCode, length, digest.digest('hex'), local);
                resolve();
            });
        });
        request.on('error', reject);
        upload ? fs.createReadStream(upload).pipe(request) : request.end();
    });
}

(async () => {
    for (const step of steps) {
        await run(step);
    }
    agent.destroy();
})();
