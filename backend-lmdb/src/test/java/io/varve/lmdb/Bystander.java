// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/** A process that looks into an environment beside the server, as LMDB's own tools do, and within a read transaction if told so. */
final class Bystander {
    private Bystander() {}

    public static void main(String[] arguments) throws IOException {
        try (Env<ByteBuffer> env = Env.create().open(Path.of(arguments[0]).toFile(), EnvFlags.MDB_RDONLY_ENV);
                Txn<ByteBuffer> txn = env.txnRead()) {
            if (!arguments[1].equals("reading")) {
                txn.abort();
            }
            System.out.println("ready");
            while (System.in.read() >= 0) {
                // until whoever started this closes the stream
            }
        }
    }
}
