// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

/** Makes threads that do not keep the process alive. Logs nothing: usable before there is a log. */
public final class DaemonThread {
    private DaemonThread() {}

    /** @return a thread of that name that has started the task */
    public static Thread start(String name, Runnable task) {
        Thread thread = of(name, task);
        thread.start();
        return thread;
    }

    /** @return a thread of that name that runs the task once it is started */
    static Thread of(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
