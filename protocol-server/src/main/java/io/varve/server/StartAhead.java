// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

import io.varve.core.runtime.DaemonThread;
import io.varve.server.api.table.ApiTable;
import io.varve.server.config.StorageBackends;
import io.varve.server.net.NettyTransport;
import java.util.ServiceConfigurationError;
import org.apache.kafka.common.protocol.Errors;

/**
 * Does on threads of their own, while the main thread goes on, what a start waits for and what depends on
 * nothing else. What fails here fails again, and is told, where its result is needed.
 */
final class StartAhead {
    private StartAhead() {}

    /**
     * Finds the backends, which opens the jars of the class path. Logs nothing, so that it can begin before
     * there is a log.
     */
    static void findBackends() {
        DaemonThread.start("find-backends", () -> {
            try {
                StorageBackends.all();
            } catch (ServiceConfigurationError e) {
                return; // the next who asks searches again, and says which jar cannot be read
            }
        });
    }

    /** Loads the native code of the sockets, then the classes that the first request needs. */
    static void loadNetwork() {
        DaemonThread.start("load-network", () -> {
            NettyTransport.best();
            ApiTable.versions();
            Errors.forCode(Errors.NONE.code());
        });
    }
}
