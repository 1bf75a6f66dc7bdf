// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

/** Waits for threads to end, also when the caller is interrupted meanwhile. Stateless. */
final class PatientJoin {
    private PatientJoin() {}

    /** Returns when the thread has ended; an interruption stays set. */
    static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
