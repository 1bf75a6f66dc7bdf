// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.runtime.Ids;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.manifest.ManifestEdit.ForgetAside;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps requests in the bucket to forget partitions that were set aside: only the owner of the storage may
 * write to the manifest, and a tool is none. Stateless.
 */
public final class AsideRequests {
    /** Prefix of the requests' keys. */
    static final String PREFIX = "request/";

    private static final Logger LOG = LoggerFactory.getLogger(AsideRequests.class);
    /** "VMFR". */
    private static final int MAGIC = 0x564D4652;

    private AsideRequests() {}

    /**
     * Asks the owner, the present or the next one, to forget partitions and to delete what only they name.
     *
     * @param store the storage's objects
     * @param ids makes the key
     * @param aside partitions that were set aside
     * @throws io.varve.s3.client.ObjectStoreException as the store says
     */
    public static void add(ObjectStore store, Ids ids, List<RemotePartition> aside) {
        ManifestOutput into = new ManifestOutput();
        into.putInt(MAGIC).putInt(CheckedBytes.VERSION).putInt(0);
        EditFormat.put(into, aside.stream().map(AsideRequests::edit).toList());
        store.put(PREFIX + ids.next(), CheckedBytes.seal(into));
    }

    private static ManifestEdit edit(RemotePartition aside) {
        return new ForgetAside(
                aside.id(),
                aside.segments().stream()
                        .map(RemoteSegment::object)
                        .collect(Collectors.toCollection(LinkedHashSet::new)));
    }

    /**
     * Carries requests out. Waits for no commit: a request stays until a later call finds nothing left to do.
     *
     * @param store the storage's objects
     * @param manifest that of the owner
     * @throws io.varve.s3.client.ObjectStoreException as the store says
     */
    public static void carryOut(ObjectStore store, Manifest manifest) {
        read(store).forEach((key, edits) -> {
            boolean left = manifest.partitions().stream()
                    .anyMatch(partition -> edits.stream().anyMatch(edit -> edit.fits(partition)));
            if (left) {
                LOG.info("forgets partitions that were set aside, as {} asks", key);
                manifest.commit(List.copyOf(edits));
            } else {
                store.delete(List.of(key));
            }
        });
    }

    private static Map<String, List<ForgetAside>> read(ObjectStore store) {
        List<String> keys = new ArrayList<>();
        store.list(PREFIX, "", object -> keys.add(object.key()));
        Map<String, List<ForgetAside>> requests = new LinkedHashMap<>();
        for (String key : keys) {
            Optional<ByteBuffer> object = store.get(key);
            try {
                object.ifPresent(bytes -> requests.put(key, decode(bytes, key)));
            } catch (StorageException e) {
                e.rethrowUnless(StorageException.Kind.CORRUPT);
                LOG.warn("left alone a request in the bucket: {}", e.getMessage());
            }
        }
        return requests;
    }

    private static List<ForgetAside> decode(ByteBuffer object, String key) {
        ManifestInput from = new ManifestInput(object, key);
        CheckedBytes.check(from, MAGIC);
        List<ForgetAside> edits = new ArrayList<>();
        for (ManifestEdit edit : EditFormat.edits(from)) {
            if (!(edit instanceof ForgetAside forget)) {
                throw from.corrupt("a request for " + edit);
            }
            edits.add(forget);
        }
        from.requireEnd();
        return edits;
    }
}
