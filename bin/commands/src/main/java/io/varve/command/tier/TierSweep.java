// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import io.varve.s3.TierAccess;
import io.varve.s3.client.ObjectInfo;
import io.varve.s3.client.PendingUpload;
import io.varve.s3.manifest.ManifestView;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.upload.BucketSweep;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows objects that nothing names, and deletes them if asked to. */
@Command(
        name = "sweep",
        description = {
            "Finds objects that the manifest does not name, and uploads that were never completed, as crashes leave them. Only"
                    + " what is older than s3.sweep.grace.ms counts, by the bucket's clock. Deletes nothing without --delete."
                    + " The server sweeps by itself, too.",
            "Objects of partitions that were set aside are named, and stay until someone asks for their deletion:"
                    + " --delete-set-aside. The server deletes them with its next sweep (s3.sweep.interval.ms)."
        })
final class TierSweep extends BucketCommand {
    @Option(names = "--delete", description = "deletes what was found")
    private boolean delete;

    @Option(
            names = "--delete-set-aside",
            description = "has the server delete what partitions have that were set aside")
    private boolean deleteSetAside;

    @Override
    int run(TierAccess access, Map<String, String> properties) {
        AtomicReference<ManifestView> manifest = new AtomicReference<>(access.manifest());
        BucketSweep sweep = access.sweep(object -> manifest.get().names(object));
        BucketSweep.Leftovers found = sweep.find();
        for (ObjectInfo object : found.objects()) {
            out().println(object.key() + "  " + Amounts.bytes(object.bytes()) + "  "
                    + Amounts.time(object.modifiedMs()));
        }
        for (PendingUpload upload : found.uploads()) {
            out().println(upload.key() + "  upload begun " + Amounts.time(upload.begunMs()));
        }
        found.unknown().forEach(key -> out().println(key + "  is no key of a segment, and stays"));
        out().println(found.objects().size() + " objects of " + Amounts.bytes(found.bytes()) + " and "
                + found.uploads().size() + " uploads that nothing names; " + found.young()
                + " more are too young to tell; " + found.named() + " objects are named");
        if (delete) {
            // What the server has named since must stay.
            manifest.set(access.manifest());
            out().println("deleted " + sweep.delete(found));
        } else if (!found.objects().isEmpty() || !found.uploads().isEmpty()) {
            out().println("--delete deletes them");
        }
        setAside(access, manifest.get());
        return 0;
    }

    private void setAside(TierAccess access, ManifestView manifest) {
        List<RemotePartition> aside = TierList.aside(manifest);
        if (aside.isEmpty()) {
            return;
        }
        for (RemotePartition partition : aside) {
            out().println(partition.id() + " (topic id " + partition.id().topicId() + ")  "
                    + Amounts.bytes(TierTotals.of(partition.segments()).stored()) + "  set aside");
        }
        if (deleteSetAside) {
            access.forgetAside(aside);
            out().println("asked the server to delete them: it does so with its next sweep (s3.sweep.interval.ms)");
        } else {
            out().println(aside.size() + " partitions were set aside; --delete-set-aside has them deleted");
        }
    }
}
