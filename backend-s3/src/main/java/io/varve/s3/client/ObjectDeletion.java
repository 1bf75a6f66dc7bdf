// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.s3.client.RequestFailure.Meaning;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;

/** Deletes objects, many in one request. Thread-safe. */
record ObjectDeletion(ObjectRequests requests) {
    private static final int MAX_KEYS = 1000;

    void run(Collection<String> keys) {
        List<String> all = List.copyOf(keys);
        for (int from = 0; from < all.size(); from += MAX_KEYS) {
            List<String> some = all.subList(from, Math.min(all.size(), from + MAX_KEYS));
            if (some.size() == 1) {
                one(some.get(0));
            } else {
                many(some);
            }
        }
    }

    private void one(String key) {
        RequestCall call = requests.call(RequestKind.DELETE, "DELETE of " + key);
        try {
            call.repeat(configuration -> requests.client()
                    .deleteObject(delete -> delete.bucket(requests.bucket())
                            .key(requests.full(key))
                            .overrideConfiguration(configuration)));
        } catch (RequestFailure e) {
            if (e.meaning() != Meaning.ABSENT) {
                throw call.report(e);
            }
        }
    }

    private void many(List<String> keys) {
        List<ObjectIdentifier> left = new ArrayList<>();
        for (String key : keys) {
            left.add(ObjectIdentifier.builder().key(requests.full(key)).build());
        }
        RequestCall call =
                requests.call(RequestKind.DELETE, "DELETE of " + keys.size() + " objects, " + keys.get(0) + " …");
        call.succeed(configuration -> {
            List<S3Error> errors = deleteOnce(left, configuration);
            if (!errors.isEmpty()) {
                // An attempt that follows has only the keys that were not deleted.
                left.removeIf(id -> errors.stream().noneMatch(error -> id.key().equals(error.key())));
                S3Error first = errors.get(0);
                throw RequestFailure.ofCode(
                        String.valueOf(first.code()), first.key() + ": " + first.code() + ": " + first.message());
            }
            return left;
        });
    }

    private List<S3Error> deleteOnce(List<ObjectIdentifier> keys, AwsRequestOverrideConfiguration configuration) {
        return requests
                .client()
                .deleteObjects(delete -> delete.bucket(requests.bucket())
                        .delete(list -> list.objects(keys).quiet(true))
                        .overrideConfiguration(configuration))
                .errors()
                .stream()
                .filter(error -> !"NoSuchKey".equals(error.code()))
                .toList();
    }
}
