// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.s3.client.RequestFailure.Meaning;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Lists objects and begun uploads, page by page. Thread-safe.
 *
 * @param requests what pages are asked with
 * @param pageMs max time for a page, in ms
 */
record ObjectListing(ObjectRequests requests, long pageMs) {
    ObjectListing(ObjectRequests requests) {
        this(requests, Long.MAX_VALUE);
    }

    void objects(String prefix, String after, Consumer<ObjectInfo> found) {
        String token = null;
        String last = after.isEmpty() ? "" : requests.full(after);
        boolean more = true;
        while (more) {
            RequestCall call =
                    requests.call(RequestKind.LIST, "LIST of " + prefix).within(pageMs);
            ListObjectsV2Response page = objects(call, prefix, token == null ? after : "", token);
            for (S3Object object : page.contents()) {
                String key = relative(call, object.key());
                // Who continues after the last key seen would miss objects in any other order.
                if (last.compareTo(object.key()) >= 0) {
                    throw call.report(
                            RequestFailure.of(Meaning.REFUSED, "the store lists " + object.key() + " after " + last));
                }
                last = object.key();
                long modified = object.lastModified() == null
                        ? -1
                        : object.lastModified().toEpochMilli();
                found.accept(new ObjectInfo(key, object.size(), modified));
            }
            more = Boolean.TRUE.equals(page.isTruncated());
            token = page.nextContinuationToken();
            if (more && token == null) {
                throw call.report(
                        RequestFailure.of(Meaning.REFUSED, "the store says that its list goes on, and not where"));
            }
        }
    }

    private ListObjectsV2Response objects(RequestCall call, String prefix, String after, String token) {
        return call.succeed(configuration -> requests.client()
                .listObjectsV2(list -> list.bucket(requests.bucket())
                        .prefix(requests.full(prefix))
                        .startAfter(after.isEmpty() ? null : requests.full(after))
                        .continuationToken(token)
                        .overrideConfiguration(configuration)));
    }

    List<PendingUpload> uploads(String prefix) {
        List<PendingUpload> found = new ArrayList<>();
        ListMultipartUploadsResponse page = null;
        do {
            ListMultipartUploadsResponse before = page;
            RequestCall call = requests.call(RequestKind.LIST, "LIST of begun uploads of " + prefix);
            page = call.succeed(configuration -> requests.client()
                    .listMultipartUploads(list -> list.bucket(requests.bucket())
                            .prefix(requests.full(prefix))
                            .keyMarker(before == null ? null : before.nextKeyMarker())
                            .uploadIdMarker(before == null ? null : before.nextUploadIdMarker())
                            .overrideConfiguration(configuration)));
            for (MultipartUpload upload : page.uploads()) {
                long begun =
                        upload.initiated() == null ? -1 : upload.initiated().toEpochMilli();
                found.add(new PendingUpload(relative(call, upload.key()), upload.uploadId(), begun));
            }
            boolean stuck = before != null
                    && page.nextKeyMarker() != null
                    && page.nextKeyMarker().equals(before.nextKeyMarker())
                    && String.valueOf(page.nextUploadIdMarker()).equals(before.nextUploadIdMarker());
            if (Boolean.TRUE.equals(page.isTruncated()) && (stuck || page.nextKeyMarker() == null)) {
                throw call.report(
                        RequestFailure.of(Meaning.REFUSED, "the store says that its list goes on, and not where"));
            }
        } while (Boolean.TRUE.equals(page.isTruncated()));
        return found;
    }

    private String relative(RequestCall call, String key) {
        String prefix = requests.full("");
        if (key == null || !key.startsWith(prefix)) {
            throw call.report(RequestFailure.of(
                    Meaning.REFUSED, "the store lists " + key + ", which does not begin with " + prefix));
        }
        return key.substring(prefix.length());
    }
}
