// Node's http module: usage server.js PORT FILE. Prints every request.
const http = require('http'), fs = require('fs'), crypto = require('crypto');
const [port, file] = process.argv.slice(2);

http.createServer((request, response) => {
    console.log(`${request.method} ${request.url}`);
    const path = request.url.split('?')[0];
    if (request.method === 'PUT') {
        const digest = crypto.createHash('sha256');
        request.on('data', part => digest.update(part));
        request.on('end', () => {
            const text = digest.digest('hex');
            response.setHeader('Content-Length', text.length);
            response.end(text);
        });
    } else if (path === '/v1/large') {
        response.setHeader('Content-Length', fs.statSync(file).size);
        fs.createReadStream(file).pipe(response);
    } else if (path === '/v1/chunked') {
        response.write('hel');
        response.end('lo\n');
    } else if (path === '/v1/204' || path === '/v1/304') {
        response.statusCode = Number(path.slice(4));
        response.end();
    } else if (path.startsWith('/v1/echo/')) {
        response.setHeader('Content-Length', path.length - 9);
        response.end(path.slice(9));
    } else {
        response.setHeader('Content-Length', 6);
        response.end('hello\n');
    }
}).listen(Number(port), '::');
