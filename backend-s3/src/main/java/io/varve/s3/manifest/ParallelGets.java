// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.runtime.Scheduler;
import io.varve.s3.client.ObjectStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** Reads entries of the manifest, several at a time. Stateless. */
final class ParallelGets {
    private static final int THREADS = 8;

    private ParallelGets() {}

    /**
     * @return the objects in the order of their keys; empty for each that does not exist
     * @throws io.varve.s3.client.ObjectStoreException the first failure
     */
    static List<Optional<ByteBuffer>> read(ObjectStore store, Scheduler scheduler, List<String> keys) {
        AtomicReferenceArray<Optional<ByteBuffer>> read = new AtomicReferenceArray<>(keys.size());
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger next = new AtomicInteger();
        Scheduler.AgentStep loop = () -> {
            try {
                for (int i = next.getAndIncrement(); i < keys.size(); i = next.getAndIncrement()) {
                    if (!failures.isEmpty()) {
                        break;
                    }
                    read.set(i, RepeatedGet.read(store, keys.get(i), ManifestHeader.ENTRY_MAGIC));
                }
            } catch (RuntimeException | Error e) {
                failures.add(e);
            }
            return Scheduler.AgentStep.UNTIL_WOKEN;
        };
        List<Scheduler.Agent> agents = new ArrayList<>();
        // The caller is one of them.
        for (int i = 1; i < Math.min(THREADS, keys.size()); i++) {
            agents.add(scheduler.worker("varve-s3-manifest-get-" + i, loop));
        }
        loop.run();
        agents.forEach(agent -> agent.close(Scheduler.AgentStep.UNTIL_WOKEN));
        rethrow(failures.peek());
        List<Optional<ByteBuffer>> objects = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            objects.add(read.get(i));
        }
        return objects;
    }

    private static void rethrow(Throwable failure) {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }
}
