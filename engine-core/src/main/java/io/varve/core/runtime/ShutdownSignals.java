// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the process in an orderly way on SIGTERM and SIGINT. */
public final class ShutdownSignals {
    private static final Logger LOG = LoggerFactory.getLogger(ShutdownSignals.class);
    private static final List<String> SIGNALS = List.of("TERM", "INT");

    private ShutdownSignals() {}

    /**
     * Runs a task on the first signal; the process then exits with 0, or with 1 if the task throws.
     *
     * <p>A shutdown hook would not do: in a hook the JVM is ending already, libraries that register hooks
     * fail, and the exit code is 143. Every JDK has the signal classes, but Java's specification has not:
     * they are called by reflection.
     *
     * @param finish the task; called once, however many signals come
     */
    public static void onSignal(Runnable finish) {
        AtomicBoolean ending = new AtomicBoolean();
        Runnable end = () -> {
            if (ending.compareAndSet(false, true)) {
                System.exit(finished(finish) ? 0 : 1);
            }
        };
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handle = Proxy.newProxyInstance(
                    ShutdownSignals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        end.run();
                        return null;
                    });
            for (String name : SIGNALS) {
                Object wanted = signal.getConstructor(String.class).newInstance(name);
                signal.getMethod("handle", signal, handler).invoke(null, wanted, handle);
            }
        } catch (ReflectiveOperationException e) {
            // The JVM does not hand out signals (-Xrs): a hook is the next best.
            Runtime.getRuntime().addShutdownHook(new Thread(finish, "end"));
        }
    }

    private static boolean finished(Runnable finish) {
        try {
            finish.run();
            return true;
        } catch (RuntimeException | Error e) {
            LOG.error("The orderly end failed; the next start recovers", e);
            return false;
        }
    }
}
