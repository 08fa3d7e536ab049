// com.sun.net.httpserver: usage java Server.java PORT FILE. Prints every request.
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.Executors;

public class Server {
    static Path file;

    public static void main(String[] arguments) throws IOException {
        file = Path.of(arguments[1]);
        HttpServer server = HttpServer.create(new InetSocketAddress("::", Integer.parseInt(arguments[0])), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", Server::serve);
        server.start();
    }

    static void serve(HttpExchange exchange) throws IOException {
        System.out.println(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        String path = exchange.getRequestURI().getPath();
        if (exchange.getRequestMethod().equals("PUT")) {
            answer(exchange, digest(exchange.getRequestBody()).getBytes());
        } else if (path.equals("/v1/large")) {
            exchange.sendResponseHeaders(200, Files.size(file));
            Files.copy(file, exchange.getResponseBody());
        } else if (path.equals("/v1/chunked")) {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("hel".getBytes());
            exchange.getResponseBody().flush();
            exchange.getResponseBody().write("lo\n".getBytes());
        } else if (path.equals("/v1/204") || path.equals("/v1/304")) {
            exchange.sendResponseHeaders(Integer.parseInt(path.substring(4)), -1);
        } else if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "6");
            exchange.sendResponseHeaders(200, -1);
        } else {
            answer(exchange, "hello\n".getBytes());
        }
        exchange.close();
    }

    static void answer(HttpExchange exchange, byte[] body) throws IOException {
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    static String digest(InputStream body) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[65536];
            for (int count; (count = body.read(buffer)) > 0; ) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IOException(e);
        }
    }
}
