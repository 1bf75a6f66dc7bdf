// SPDX-License-Identifier: Apache-2.0
package io.varve.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts what brokers leave in the process of a test. */
class StoppedThreadsTest {
    private static final long JOIN_MS = 120_000;

    @TempDir
    Path directory;

    @Test
    void noThreadOfABrokerOutlivesIt() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        Set<ObjectName> beans = beans();
        try (Varve memory = Varve.inMemory().topic("orders", 3).start();
                Varve files = Varve.onFiles(directory).topic("orders", 3).start()) {
            for (Varve varve : List.of(memory, files)) {
                Messages.send(varve.bootstrapServers(), "orders", "one");
                assertThat(Messages.read(varve.bootstrapServers(), "orders", "group", 1))
                        .containsExactly("one");
            }
        }

        Set<String> left = new HashSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!before.contains(thread) && !isOfTheJvm(thread)) {
                // Netty's thread for all event loops of the process ends a second after its last task.
                thread.join(JOIN_MS);
                if (thread.isAlive()) {
                    left.add(thread.getName());
                }
            }
        }
        assertThat(left).isEmpty();
        assertThat(beans()).as("management beans").isEqualTo(beans);
    }

    private static boolean isOfTheJvm(Thread thread) {
        return thread.getThreadGroup() == null
                || thread.getThreadGroup().getName().equals("system")
                || thread.getThreadGroup().getName().equals("InnocuousThreadGroup");
    }

    private static Set<ObjectName> beans() {
        return ManagementFactory.getPlatformMBeanServer().queryNames(null, null).stream()
                .filter(name -> name.getDomain().startsWith("kafka")
                        || name.getDomain().startsWith("com.yammer")
                        || name.getDomain().startsWith("io.varve"))
                .collect(Collectors.toSet());
    }
}
