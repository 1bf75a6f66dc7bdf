// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.gaul.shaded.org.eclipse.jetty.http.HttpHeader;
import org.gaul.shaded.org.eclipse.jetty.io.Content;
import org.gaul.shaded.org.eclipse.jetty.io.EofException;
import org.gaul.shaded.org.eclipse.jetty.server.Request;
import org.gaul.shaded.org.eclipse.jetty.server.Response;
import org.gaul.shaded.org.eclipse.jetty.util.Callback;

/**
 * Sends an answer, notes it in the log before its last byte goes out, and does to its status or its body
 * what was decided. Written by one thread at a time.
 */
final class WatchedResponse extends Response.Wrapper {
    private final S3RequestKind kind;
    private final String key;
    private final S3Faults.Verdict verdict;
    private final S3RequestLog log;
    private final RequestGate gate;

    private boolean passing;
    private boolean began;
    private boolean noted;
    private boolean cut;
    private long written;
    private Optional<S3Fault> struck;
    /** Where in the body the fault strikes, in bytes; -1 when it does not. */
    private long strikeAt = -1;

    WatchedResponse(
            Request request,
            Response wrapped,
            S3RequestKind kind,
            String key,
            S3Faults.Verdict verdict,
            S3RequestLog log,
            RequestGate gate) {
        super(request, wrapped);
        this.kind = kind;
        this.key = key;
        this.verdict = verdict;
        this.log = log;
        this.gate = gate;
        this.struck = verdict.fault().filter(fault -> fault.moment == S3Fault.Moment.BEFORE);
    }

    /** Notes that the request is in the gate. */
    void begun() {
        passing = true;
    }

    /** Leaves the gate, once: what the request does is done. */
    void carriedOut() {
        if (passing) {
            passing = false;
            gate.leave();
        }
    }

    @Override
    public void write(boolean last, ByteBuffer bytes, Callback callback) {
        carriedOut();
        if (cut) {
            callback.failed(new EofException("closed on purpose"));
            return;
        }
        if (!began) {
            began = true;
            if (replaced(callback)) {
                return;
            }
        }
        int size = bytes == null ? 0 : bytes.remaining();
        boolean strikes = strikeAt >= written && strikeAt < written + size;
        if (strikes && verdict.fault().orElseThrow() == S3Fault.CUT_BODY) {
            sendSomeAndCut(bytes, callback);
            return;
        }
        ByteBuffer sent = strikes ? flipped(bytes, (int) (strikeAt - written)) : bytes;
        written += size;
        if (last || written == contentLength()) {
            note(statusSent());
        }
        super.write(last, sent, callback);
    }

    /** Closes the connection as it is. */
    void cut() {
        cut = true;
        note(0);
        getRequest().getConnectionMetaData().getConnection().getEndPoint().close();
    }

    /** @return whether another answer, or none, was sent in place of the one that was about to be */
    private boolean replaced(Callback callback) {
        S3Fault fault = verdict.fault().orElse(S3Fault.SLOW);
        boolean succeeded = statusSent() / 100 == 2;
        if (fault.moment == S3Fault.Moment.IN_BODY && succeeded && contentLength() > 0) {
            struck = verdict.fault();
            strikeAt = (long) (verdict.position() * contentLength());
        }
        if (fault.moment != S3Fault.Moment.INSTEAD_OF_ANSWER || !succeeded) {
            return false;
        }
        struck = verdict.fault();
        if (fault == S3Fault.REPLY_LOST) {
            cut();
            callback.failed(new EofException("closed on purpose"));
            return true;
        }
        setStatus(fault.status);
        getHeaders().clear();
        getHeaders().put(HttpHeader.CONTENT_TYPE, "application/xml");
        getHeaders().put(HttpHeader.CONNECTION, "close");
        String body = getRequest().getMethod().equals("HEAD") ? "" : fault.body();
        note(fault.status);
        cut = true;
        Content.Sink.write(
                getWrapped(), true, body, Callback.from(() -> callback.failed(new EofException("replaced"))));
        return true;
    }

    private void sendSomeAndCut(ByteBuffer bytes, Callback callback) {
        ByteBuffer some = bytes.slice(bytes.position(), (int) (strikeAt - written));
        written = strikeAt;
        super.write(false, some, Callback.from(() -> {
            cut();
            callback.failed(new EofException("cut on purpose"));
        }));
    }

    /** Flips one bit of a byte; which one, the verdict's position tells as well. */
    private ByteBuffer flipped(ByteBuffer bytes, int index) {
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
        int bit = (int) (verdict.position() * contentLength() * Byte.SIZE) % Byte.SIZE;
        copy.put(index, (byte) (copy.get(index) ^ 1 << bit));
        return copy;
    }

    /** A response that was given no status is sent with 200. */
    private int statusSent() {
        return getStatus() == 0 ? 200 : getStatus();
    }

    private long contentLength() {
        return getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
    }

    private void note(int status) {
        if (!noted) {
            noted = true;
            long in = Request.getContentBytesRead(getRequest());
            log.add(new S3Request(kind, getRequest().getMethod(), key, status, in, written, struck));
        }
    }
}
