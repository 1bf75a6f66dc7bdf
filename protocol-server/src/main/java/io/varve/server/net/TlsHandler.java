// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encrypts one connection by Netty's handler, and refuses two things that handler lets peers do: announce
 * records larger than TLS has, for which memory would be kept, and negotiate anew, which costs the server
 * more than the peer.
 */
public final class TlsHandler extends SslHandler {
    private static final Logger LOG = LoggerFactory.getLogger(TlsHandler.class);
    private static final int HEADER_BYTES = 5;
    private static final int LENGTH_INDEX = 3;
    private static final int FIRST_TYPE = 20;
    private static final int LAST_TYPE = 24;

    /** Max bytes of a record behind its header: 2^14, and 2,048 for the cipher (RFC 5246). */
    private static final int MAX_RECORD_BYTES = 16_384 + 2_048;

    /** Bytes that are encrypted at a time, into one buffer. */
    private static final int WRITE_BYTES = 64 * 1024;

    private static final int CLOSE_MS = 1_000;

    /**
     * @param engine the connection's engine
     * @param work runs the costly parts of the handshake
     * @param handshakeMs max ms from the accepted connection to the end of the handshake
     */
    public TlsHandler(SSLEngine engine, Executor work, long handshakeMs) {
        super(engine, work);
        setHandshakeTimeoutMillis(handshakeMs);
        setCloseNotifyFlushTimeoutMillis(CLOSE_MS);
        setWrapDataSize(WRITE_BYTES);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws SSLException {
        requireRecord(in);
        boolean established = handshakeFuture().isSuccess();
        super.decode(context, in, out);
        if (established
                && engine().getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
                && !engine().isInboundDone()
                && isBefore13()) {
            throw new SSLHandshakeException("renegotiation is not supported");
        }
    }

    /**
     * The JDK's engine throws what has failed in one of its tasks again here, where nobody asks for it: the
     * handshake has failed by it already, and Netty's handler closes the connection all the same. Netty would
     * log a stack trace, which peers could cause at will.
     */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        try {
            super.close(context, promise);
        } catch (Exception e) {
            LOG.debug("closing {}, whose TLS had failed", context.channel(), e);
        }
    }

    /** A fault that is found when the peer has left is of no interest; at the pipeline's end it is logged. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (!context.isRemoved()) {
            super.exceptionCaught(context, cause);
        }
    }

    /** Looks at the header of a record of which a part has arrived. */
    private static void requireRecord(ByteBuf in) throws SSLException {
        if (in.readableBytes() < HEADER_BYTES) {
            return;
        }
        int type = in.getUnsignedByte(in.readerIndex());
        int length = in.getUnsignedShort(in.readerIndex() + LENGTH_INDEX);
        if (type >= FIRST_TYPE && type <= LAST_TYPE && length > MAX_RECORD_BYTES) {
            throw new SSLException(
                    "announced a TLS record of " + length + " bytes; " + MAX_RECORD_BYTES + " are allowed");
        }
    }

    /** TLS 1.3 has no renegotiation: what its engine does after the handshake are updates of keys. */
    private boolean isBefore13() {
        return !engine().getSession().getProtocol().equals("TLSv1.3");
    }
}
