// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.powercut.PowerCutPlan;
import io.varve.conformance.powercut.PowerCuts;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.memory.MemoryStorageProvider;
import io.varve.core.spi.StorageProvider;
import java.io.PrintStream;

/** Cuts the power under a backend. */
final class PowerCutCommand {
    private final PrintStream out;

    PowerCutCommand(PrintStream out) {
        this.out = out;
    }

    /**
     * @param options the backend; of the rest only its configuration and class path count
     * @param again the command line that does this again with the same seed
     * @return the exit status, one of {@link PowerCuts}'
     * @throws UsageException naming what is wrong
     */
    int run(Options options, PowerCutPlan plan, String again) {
        StorageProvider provider = new BackendFinder(options.classPath()).named(options.backend());
        if (provider instanceof MemoryStorageProvider) {
            throw new UsageException(
                    Conformance.POWER_CUT + ": backend memory keeps nothing that a power cut could spare");
        }
        int status = PowerCuts.run(new TestedBackend(provider, options.properties(), options.classPath()), plan, out);
        if (status == PowerCuts.FAILED) {
            out.println("  again: " + again);
        }
        return status;
    }
}
