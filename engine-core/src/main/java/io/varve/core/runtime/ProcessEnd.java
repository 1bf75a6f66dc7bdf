// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

/** The end of the process at a signal (SIGTERM, SIGINT), made orderly. */
public final class ProcessEnd {
    private ProcessEnd() {}

    /**
     * Has a task run when the process is told to end; the process then exits with 0, where the JVM by itself would say 143.
     *
     * @param finish what to do before the end; called once, on a thread of its own
     */
    public static void onSignal(Runnable finish) {
        Runtime process = Runtime.getRuntime();
        process.addShutdownHook(new Thread(
                () -> {
                    finish.run();
                    process.halt(0);
                },
                "end"));
    }
}
