// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.powercut;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The file systems this package makes. */
enum FileSystemKind {
    /**
     * The journal takes data along only when it is forced: nothing is written back for its age within a test.
     */
    EXT4("ext4", "noatime", "mkfs.ext4", "-q", "-F", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0"),
    /** Two of one UUID can be mounted. */
    XFS("xfs", "noatime,nouuid", "mkfs.xfs", "-q", "-f", "-s", "size=4096", "-m", "reflink=1"),
    BTRFS("btrfs", "noatime", "mkfs.btrfs", "-q", "-f");

    /** As mount calls it. */
    final String name;

    final String options;
    private final List<String> make;

    FileSystemKind(String name, String options, String... make) {
        this.name = name;
        this.options = options;
        this.make = List.of(make);
    }

    /** @return the command that makes one */
    String command() {
        return make.get(0);
    }

    void make(Path image) {
        List<Object> words = new ArrayList<>(make);
        words.add(image);
        SystemCommand.run(words.toArray());
    }
}
