// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends HTTP byte by byte, sound or not. */
final class HttpRequests {
    private HttpRequests() {}

    static String get(String path) {
        return request("GET", path, "localhost");
    }

    static String request(String method, String path, String host) {
        return method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    /** Sends bytes, and reads until the server closes the connection. */
    static String exchange(int port, String sent) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(60_000);
        return socket;
    }

    static int endOf(Socket socket) throws IOException {
        return socket.getInputStream().read();
    }
}
