// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/**
 * Opens an environment in another process, as LMDB's own tools do. Its second argument says what it does
 * there: {@code reading} holds a read transaction, {@code filling} holds as many as the table of readers
 * takes, {@code looking} holds none.
 */
final class BystanderMain {
    private BystanderMain() {}

    private static void fill(Env<ByteBuffer> env) {
        try {
            while (true) {
                env.txnRead();
            }
        } catch (Env.ReadersFullException full) {
            // the table is full
        }
    }

    public static void main(String[] arguments) throws IOException {
        try (Env<ByteBuffer> env =
                        Env.create().open(Path.of(arguments[0]).toFile(), EnvFlags.MDB_RDONLY_ENV, EnvFlags.MDB_NOTLS);
                Txn<ByteBuffer> txn = env.txnRead()) {
            if (arguments[1].equals("looking")) {
                txn.abort();
            } else if (arguments[1].equals("filling")) {
                fill(env);
            }
            System.out.println("ready");
            while (System.in.read() >= 0) {
                // until the parent process closes the stream
            }
        }
    }
}
