// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.DaemonThread;
import io.varve.core.spi.StorageProvider;
import io.varve.server.net.NettyTransport;
import java.io.IOException;
import java.util.Collections;

/**
 * Does on threads of their own, while the main thread goes on, what a start waits for and what depends on
 * nothing else. What fails here fails again, and is told, where its result is needed.
 */
final class StartAhead {
    private StartAhead() {}

    /**
     * Opens the jars of the class path, as the search for backends does, and the one for native code. Logs
     * nothing, so that it can begin before there is a log.
     */
    static void openJars() {
        DaemonThread.start("open-jars", () -> {
            try {
                Collections.list(StartAhead.class
                        .getClassLoader()
                        .getResources("META-INF/services/" + StorageProvider.class.getName()));
            } catch (IOException e) {
                return; // the search says which jar cannot be read
            }
        });
    }

    /** Loads the native code of the sockets. */
    static void loadTransport() {
        DaemonThread.start("load-transport", NettyTransport::best);
    }
}
