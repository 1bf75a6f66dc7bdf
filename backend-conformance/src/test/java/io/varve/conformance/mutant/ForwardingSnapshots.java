// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.core.spi.Snapshots;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Sound snapshots, for a mutant to override one method. */
abstract class ForwardingSnapshots implements Snapshots {
    private final Snapshots sound;

    ForwardingSnapshots(Snapshots sound) {
        this.sound = sound;
    }

    @Override
    public void write(String name, long offset, ByteBuffer bytes) {
        sound.write(name, offset, bytes);
    }

    @Override
    public Optional<Snapshot> newest(String name, long atMost) {
        return sound.newest(name, atMost);
    }

    @Override
    public Set<String> names() {
        return sound.names();
    }

    @Override
    public List<Long> offsets(String name) {
        return sound.offsets(name);
    }

    @Override
    public void delete(String name, long offset) {
        sound.delete(name, offset);
    }
}
