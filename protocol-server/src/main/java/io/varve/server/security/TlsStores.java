// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the loaded key stores of one listener, and loads them again when their files have changed. Files that
 * cannot be used leave what was loaded before. Thread-safe; {@link #current} never waits.
 */
final class TlsStores {
    private static final Logger LOG = LoggerFactory.getLogger(TlsStores.class);

    /** Ms between two looks at the files. */
    static final long PERIOD_MS = 2_000;

    /** Ms after which files that could not be used are tried again: the reason may lie outside of them. */
    static final long RETRY_MS = 60_000;

    private static final long SOON_MS = Duration.ofDays(30).toMillis();
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    private final ListenerSecurity listener;
    private final Map<String, Object> values;
    private final Clock clock;

    private volatile TlsContext current;

    /** The files at the last look. Guarded by this, as are those below. */
    private StoreFiles seen;

    /** The files that were loaded last, or that could not be. */
    private StoreFiles tried;

    private long triedMs;

    /** Why the files that were tried last are not in use; null if they are. */
    private String failure;

    private long warnedMs = Long.MIN_VALUE;

    private TlsStores(ListenerSecurity listener, Clock clock) {
        this.listener = listener;
        this.clock = clock;
        values = TlsSettings.parse(listener);
        seen = StoreFiles.of(values); // first: a file that changes while it is loaded is loaded again
        tried = seen;
        current = TlsContext.load(listener, clock.millis());
    }

    /**
     * @param listener a listener with TLS
     * @param clock the machine's: certificates are valid by it
     * @return the loaded key stores
     * @throws TlsConfigException if clients could not connect with these settings and files
     */
    static TlsStores load(ListenerSecurity listener, Clock clock) {
        return new TlsStores(listener, clock);
    }

    /** @return the key stores for new connections */
    TlsContext current() {
        return current;
    }

    /** Looks at the files every {@link #PERIOD_MS} until the scheduler is closed. */
    void watch(Scheduler scheduler) {
        look();
        scheduler.scheduleEvery(PERIOD_MS, this::look);
    }

    /**
     * Loads the files if they have changed, and have not changed since the look before: they may be written
     * in pieces. Warns once a day of a certificate that ends soon.
     */
    synchronized void look() {
        StoreFiles now = StoreFiles.of(values);
        boolean settled = now.equals(seen);
        seen = now;
        long nowMs = clock.millis();
        if (settled && (!now.equals(tried) || failure != null && nowMs - triedMs >= RETRY_MS)) {
            tried = now;
            triedMs = nowMs;
            load(nowMs);
        }
        warnOfEnd(nowMs);
    }

    private void load(long nowMs) {
        TlsContext next;
        try {
            next = TlsContext.load(listener, nowMs);
            next.requireSuccessor(listener, current);
        } catch (TlsConfigException e) {
            if (!Objects.equals(failure, e.getMessage())) {
                failure = e.getMessage();
                LOG.warn(
                        "Files of key stores have changed and cannot be used: {}. New connections get the"
                                + " certificate of before, {}, until the files are mended",
                        failure,
                        description(current.certificate()));
            }
            return;
        }
        current = next;
        failure = null;
        warnedMs = Long.MIN_VALUE;
        LOG.info(
                "Listener {} has loaded its key stores again, whose files have changed; new connections get the"
                        + " certificate {}",
                listener.listener(),
                description(next.certificate()));
    }

    private void warnOfEnd(long nowMs) {
        X509Certificate certificate = current.certificate();
        long leftMs = certificate.getNotAfter().getTime() - nowMs;
        if (leftMs >= SOON_MS || warnedMs != Long.MIN_VALUE && nowMs - warnedMs < DAY_MS) {
            return;
        }
        warnedMs = nowMs;
        LOG.warn(
                "The certificate of listener {} {}: {}. Put a new one in its place; the server loads it by itself"
                        + " where it is a file",
                listener.listener(),
                leftMs < 0 ? "has expired, and clients refuse it" : "ends in " + leftMs / DAY_MS + " days",
                description(certificate));
    }

    private static String description(X509Certificate certificate) {
        return certificate.getSubjectX500Principal() + " of serial number "
                + certificate.getSerialNumber().toString(16) + " until "
                + certificate.getNotAfter().toInstant();
    }
}
