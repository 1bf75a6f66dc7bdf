// SPDX-License-Identifier: Apache-2.0
package io.varve.build.watch;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Is a JVM for {@link EndedJvmTest}: starts a process that goes on for long, says its id, and ends badly. */
final class EndedJvm {
    private EndedJvm() {}

    public static void main(String[] arguments) throws IOException {
        Children.begin();
        Children.during("the example");
        Process child = new ProcessBuilder("sleep", "1000").start();
        Children.look();
        System.out.println(child.pid());
        switch (arguments[0]) {
            case "stuck" -> JvmEnd.after(Duration.ofMillis(100), "the example");
            case "leaving" -> {
                try {
                    Children.end(Duration.ofMillis(100));
                } catch (AssertionError e) {
                    System.err.println(e.getMessage());
                }
            }
            default -> {}
        }
        new CompletableFuture<Void>().join();
    }
}
