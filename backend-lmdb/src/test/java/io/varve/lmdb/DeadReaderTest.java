// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.JavaCommand;
import io.varve.conformance.Subject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Another process looked into the environment and died while it did. */
@Timeout(120)
class DeadReaderTest extends LmdbFixture {
    private static final int KEPT = 20;
    private static final int BATCH = 20_000;

    private final List<Process> others = new ArrayList<>();

    @AfterEach
    void end() {
        others.forEach(Process::destroyForcibly);
    }

    /** LMDB itself forgets dead readers only when nobody at all has the environment open. */
    @Test
    void aStartGivesItsPagesToLaterAppendsThoughAnotherStillHasTheEnvironmentOpen()
            throws IOException, InterruptedException {
        append(BATCH);
        sync();
        bystander("looking");
        Process reader = bystander("reading");
        reader.destroyForcibly().waitFor();
        storage.close();
        start();
        long before = churn();
        assertThat(churn()).isLessThanOrEqualTo(before + BATCH);
        assertThat(before).isLessThan(4L * KEPT * BATCH);
    }

    /** @return bytes of the file after a few MiB were appended and trimmed away again */
    private long churn() {
        for (int i = 0; i < 10 * KEPT; i++) {
            append(BATCH);
            store.trimTo(Math.max(0, store.extent().durableEnd() - KEPT));
            sync();
        }
        return fileBytes();
    }

    private Process bystander(String what) throws IOException {
        List<String> command = new ArrayList<>(JavaCommand.of(Subject.of(new LmdbStorageProvider()), Bystander.class));
        command.addAll(List.of(directory.toString(), what));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        others.add(process);
        assertThat(process.inputReader().readLine()).isEqualTo("ready");
        return process;
    }
}
