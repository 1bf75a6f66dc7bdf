// SPDX-License-Identifier: Apache-2.0
package io.varve.server.doctor;

import io.varve.core.runtime.Clock;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.TlsConfigException;
import io.varve.server.security.TlsListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Opens listeners with TLS as a start does, and looks at their certificates. Never shows a secret. */
final class SecurityExam {
    private static final String KEY_STORE = "ssl.keystore.location";
    private static final long SOON_DAYS = 30;

    private final Collection<ListenerSecurity> listeners;
    private final Clock clock;

    /**
     * @param listeners how each listener is secured
     * @param clock the machine's clock
     */
    SecurityExam(Collection<ListenerSecurity> listeners, Clock clock) {
        this.listeners = List.copyOf(listeners);
        this.clock = clock;
    }

    List<Finding> examine() {
        List<Finding> found = new ArrayList<>();
        for (ListenerSecurity listener : listeners) {
            if (listener.usesTls()) {
                found.add(certificate(listener));
                String file = listener.settings().get(KEY_STORE);
                if (file != null) {
                    found.addAll(permissions(Path.of(file)));
                }
            }
        }
        return found;
    }

    private Finding certificate(ListenerSecurity listener) {
        try {
            TlsListener opened = SecuredListeners.open(List.of(listener), clock)
                    .tls(listener.listener())
                    .orElseThrow();
            long days = TimeUnit.MILLISECONDS.toDays(opened.certificateEndMs() - clock.millis());
            String what = "the certificate of " + listener.listener() + " is good for " + days + " more days";
            return days < SOON_DAYS
                    ? Finding.note(what, "Renew it: a server that runs takes a new file by itself.")
                    : Finding.ok(what);
        } catch (TlsConfigException e) {
            return Finding.problem(
                    e.getMessage(), "Correct it: the server does not start; one that runs keeps what it has loaded.");
        }
    }

    private static List<Finding> permissions(Path file) {
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                return List.of(Finding.note(file + " can be read by everybody on this machine", "chmod o-r " + file));
            }
        } catch (IOException | UnsupportedOperationException e) {
            return List.of(); // it was said that it cannot be read, or the system has no such permissions
        }
        return List.of();
    }
}
