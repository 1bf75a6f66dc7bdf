// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import java.io.IOException;
import java.io.OutputStream;

/** Ends a child process when its parent has ended, however that did: then nobody would kill the child. */
public final class ParentEnd {
    private ParentEnd() {}

    /**
     * Waits for the end of standard input, whose other end only the parent holds; then halts this process.
     * Does not return.
     *
     * @param first what to do before
     */
    public static void await(Runnable first) {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // as good as the end
        }
        first.run();
        Runtime.getRuntime().halt(0);
    }
}
