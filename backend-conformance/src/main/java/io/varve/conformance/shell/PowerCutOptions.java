// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.powercut.PowerCutPlan;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What the command line says of power cuts, and of nothing else. */
final class PowerCutOptions {
    private static final int ROUNDS = 50;

    @Option(
            names = Conformance.POWER_CUT,
            description =
                    "instead of the checks, cuts the power under the backend (Linux, root; docs/power-cuts.md); takes"
                            + " --backend, --classpath, --override, --seed, --rounds (default " + ROUNDS + "), and:")
    boolean wanted;

    @Option(names = "--file-system", paramLabel = "NAME", description = "the disk's: ext4 (default) or xfs")
    private String disk;

    @Option(
            names = "--reflinks",
            paramLabel = "NAME",
            description = "the file system that copies the disk: xfs (default) or btrfs")
    private String store;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "where to put the disk (default: /dev/shm if it has space, else the temporary directory)")
    private Path directory;

    @Option(
            names = "--evidence",
            paramLabel = "DIR",
            description = "where a failed round leaves the disk and the journal")
    private Path evidence;

    /**
     * @param rounds how many, or null for the default
     * @throws UsageException naming the value that is not allowed
     */
    PowerCutPlan plan(Integer rounds, long seed) {
        try {
            PowerCutPlan usual = PowerCutPlan.of(rounds == null ? ROUNDS : rounds, seed);
            return new PowerCutPlan(
                    usual.rounds(),
                    usual.seed(),
                    disk == null ? usual.disk() : disk,
                    store == null ? usual.store() : store,
                    directory == null ? usual.directory() : directory.toAbsolutePath(),
                    Conformance.absolute(evidence));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }
}
