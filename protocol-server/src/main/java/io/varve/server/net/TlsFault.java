// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Says in plain words why a TLS handshake came to no connection. Stateless. */
public final class TlsFault {
    private static final String RECEIVED = "Received fatal alert: ";

    /** What newer JDKs begin the message with: the alert, be it received or sent. */
    private static final Pattern ALERT_NAME = Pattern.compile("^\\([a-z_]+\\) ");

    private TlsFault() {}

    /**
     * @param listener the listener's name
     * @param remedy what a client without TLS has to set
     * @param cause why the handshake failed
     * @return the reason, in one line for the log; a certificate's words may be in it, no secret
     */
    public static String reason(String listener, String remedy, Throwable cause) {
        String where = "listener " + listener + " speaks TLS";
        if (cause instanceof NotSslRecordException) {
            return where + ", and what arrived is not TLS; the client needs " + remedy;
        }
        if (cause instanceof SslHandshakeTimeoutException) {
            return where + ", and the client did not finish its handshake in time";
        }
        String message = ALERT_NAME.matcher(String.valueOf(cause.getMessage())).replaceFirst("");
        if (message.startsWith(RECEIVED + "certificate_unknown") || message.startsWith(RECEIVED + "unknown_ca")) {
            return "the client does not accept this server's certificate (" + message + ")";
        }
        if (message.contains("Empty client certificate chain")) {
            return "the client gave no certificate (ssl.client.auth=required)";
        }
        return "the TLS handshake failed: " + message;
    }

    /**
     * @param cause why a handshake failed
     * @return true if the peer has left, as whoever does that only looks whether the port is open
     */
    public static boolean isReset(Throwable cause) {
        return cause instanceof IOException && !(cause instanceof SSLException);
    }
}
