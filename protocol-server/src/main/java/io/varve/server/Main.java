// SPDX-License-Identifier: Apache-2.0
package io.varve.server;

/** Starts the server, and stops it on a signal: {@code bin/kafka-server-start.sh}. */
public final class Main {
    private Main() {}

    /**
     * Runs the server until a signal ends the process.
     *
     * @param arguments the configuration file and overrides
     */
    public static void main(String[] arguments) {
        StartAhead.findBackends();
        System.exit(StartCommand.run(arguments, System.out, System.err, ServerProcess::run));
    }
}
