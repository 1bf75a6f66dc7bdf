// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** A socket that speaks frames, sound or not. */
public final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 60_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    public RawClient(int port) throws IOException {
        // Not bound to an address: the system then finds a port for each of many connections in a row.
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** @param from the loopback address that the server sees as the client's */
    public RawClient(int port, InetAddress from) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port, from, 0));
    }

    /** Speaks over a connected socket, as one of TLS. */
    RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** @return the request's frame with its size */
    public static byte[] frame(ApiKeys api, short version, int correlationId, ApiMessage body) {
        RequestHeader header = new RequestHeader(api, version, "raw", correlationId);
        ObjectSerializationCache cache = new ObjectSerializationCache();
        int headerSize = header.data().size(cache, header.headerVersion());
        int size = headerSize + body.size(cache, version);
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + size);
        frame.putInt(size);
        ByteBufferAccessor writer = new ByteBufferAccessor(frame);
        header.data().write(writer, cache, header.headerVersion());
        body.write(writer, cache, version);
        return frame.array();
    }

    /** @return a request's header */
    public static byte[] header(ApiKeys api, short version, int correlationId) {
        RequestHeader header = new RequestHeader(api, version, "raw", correlationId);
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(header.data().size(cache, header.headerVersion()));
        header.data().write(new ByteBufferAccessor(bytes), cache, header.headerVersion());
        return bytes.array();
    }

    static byte[] metadata(int correlationId) {
        return frame(ApiKeys.METADATA, (short) 1, correlationId, new MetadataRequestData());
    }

    static byte[] apiVersions(int correlationId, int version) {
        ApiVersionsRequestData body =
                new ApiVersionsRequestData().setClientSoftwareName("raw").setClientSoftwareVersion("1");
        return frame(ApiKeys.API_VERSIONS, (short) version, correlationId, body);
    }

    /** @return the bytes with their number before them */
    public static byte[] frame(byte[] body) {
        return ByteBuffer.allocate(Integer.BYTES + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    public RawClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    RawClient send(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
        out.flush();
        return this;
    }

    /** @return the next response without its size */
    public ByteBuffer receive() throws IOException {
        byte[] body = new byte[in.readInt()];
        in.readFully(body);
        return ByteBuffer.wrap(body);
    }

    /** @return the correlation id of the next response */
    public int receiveId() throws IOException {
        return receive().getInt();
    }

    /** Takes the first bytes of what the server sends. */
    void receiveStart(int bytes) throws IOException {
        in.readFully(new byte[bytes]);
    }

    public AbstractResponse receive(ApiKeys api, short version) throws IOException {
        ByteBuffer response = receive();
        return AbstractResponse.parseResponse(
                response, new RequestHeader(api, version, "raw", response.getInt(response.position())));
    }

    /** @return true when the server closes before it sends anything more */
    public boolean isClosedByServer() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    /** Takes what the server still sends, an alert of TLS for instance, until it closes. */
    void receiveToTheEnd() throws IOException {
        while (!isClosedByServer()) {
            // the next byte
        }
    }

    Socket socket() {
        return socket;
    }

    void disconnect() throws IOException {
        socket.close();
    }

    /** Closes without the courtesies, so that many in a row leave nothing behind in the system. */
    public void abort() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        disconnect();
    }
}
