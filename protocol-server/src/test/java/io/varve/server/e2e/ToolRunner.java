// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Kafka's tools one after another in one JVM, whose classes are loaded and compiled once. The other end
 * is {@link ToolProcess}: it sends the number of arguments with the main class among them, and these; it is
 * sent the exit code, and the bytes of both outputs after their lengths.
 */
final class ToolRunner {
    /** Unwinds a tool that exits. Some catch it and exit again, which the end of a process would prevent. */
    private static final class Exited extends Error {
        private static final long serialVersionUID = 1;

        private Exited() {
            super("exited", null, false, false);
        }
    }

    /** What the tool of this moment has printed; what comes after its exit is lost, as it would be. */
    private static final class Captured extends OutputStream {
        private ByteArrayOutputStream printed = new ByteArrayOutputStream();
        private boolean isOpen;

        @Override
        public synchronized void write(int character) {
            if (isOpen) {
                printed.write(character);
            }
        }

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            if (isOpen) {
                printed.write(bytes, from, length);
            }
        }

        synchronized void begin() {
            printed = new ByteArrayOutputStream();
            isOpen = true;
        }

        synchronized void end() {
            isOpen = false;
        }

        synchronized byte[] printed() {
            return printed.toByteArray();
        }
    }

    private final Captured out = new Captured();
    private final Captured err = new Captured();
    private Integer exitCode;

    private ToolRunner() {}

    /** Serves the one who has started this process, until that closes its input. */
    public static void main(String[] none) throws Exception {
        DataInputStream asked = new DataInputStream(System.in);
        DataOutputStream answers = new DataOutputStream(System.out);
        new ToolRunner().serve(asked, answers);
    }

    private void serve(DataInputStream asked, DataOutputStream answers) throws Exception {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        Exit.setExitProcedure(this::exit);
        Exit.setHaltProcedure(this::exit);
        while (true) {
            String[] words;
            try {
                words = new String[asked.readInt()];
            } catch (EOFException e) {
                // The tests are over.
                return;
            }
            for (int i = 0; i < words.length; i++) {
                words[i] = asked.readUTF();
            }
            answers.writeInt(run(words));
            answer(answers, out.printed());
            answer(answers, err.printed());
            answers.flush();
        }
    }

    private static void answer(DataOutputStream answers, byte[] printed) throws IOException {
        answers.writeInt(printed.length);
        answers.write(printed);
    }

    private void exit(int code, String message) {
        if (message != null) {
            System.err.println(message);
        }
        end();
        if (exitCode == null) {
            exitCode = code;
        }
        throw new Exited();
    }

    private void end() {
        out.end();
        err.end();
    }

    private int run(String[] words) throws ReflectiveOperationException {
        String[] arguments = new String[words.length - 1];
        System.arraycopy(words, 1, arguments, 0, arguments.length);
        exitCode = null;
        out.begin();
        err.begin();
        try {
            Class.forName(words[0]).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof Exited)) {
                System.err.print("Exception in thread \"main\" ");
                e.getCause().printStackTrace();
                return 1;
            }
        } finally {
            end();
        }
        return exitCode == null ? 0 : exitCode;
    }
}
