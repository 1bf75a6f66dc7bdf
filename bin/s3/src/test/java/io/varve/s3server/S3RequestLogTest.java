// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Sends one request of each kind, and looks for them in the log. */
class S3RequestLogTest {
    private EmbeddedS3 server;
    private S3Client client;

    @BeforeEach
    void start() throws IOException {
        server = EmbeddedS3.inMemory();
        client = S3Clients.of(server);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void notesEachRequestByItsKindWithStatusAndBytes() {
        String b = server.bucket();
        client.putObject(r -> r.bucket(b).key("dir/a key+ü"), RequestBody.fromBytes(new byte[5000]));
        client.getObjectAsBytes(r -> r.bucket(b).key("dir/a key+ü").range("bytes=10-109"));
        client.headObject(r -> r.bucket(b).key("dir/a key+ü"));
        client.listObjectsV2(r -> r.bucket(b).prefix("dir/"));
        assertThatThrownBy(() -> client.getObjectAsBytes(r -> r.bucket(b).key("none")))
                .isInstanceOf(NoSuchKeyException.class);
        client.deleteObject(r -> r.bucket(b).key("dir/a key+ü"));
        client.deleteObjects(r -> r.bucket(b)
                .delete(d -> d.objects(
                        ObjectIdentifier.builder().key("x").build(),
                        ObjectIdentifier.builder().key("y").build())));

        List<S3Request> log = server.requests().requests();
        assertThat(log)
                .extracting(S3Request::kind)
                .containsExactly(
                        S3RequestKind.PUT,
                        S3RequestKind.GET,
                        S3RequestKind.HEAD,
                        S3RequestKind.LIST,
                        S3RequestKind.GET,
                        S3RequestKind.DELETE,
                        S3RequestKind.DELETE_MANY);
        assertThat(log).extracting(S3Request::status).containsExactly(200, 206, 200, 200, 404, 204, 200);
        assertThat(log.get(0).key()).isEqualTo("dir/a key+ü");
        assertThat(log.get(0).bytesIn()).isGreaterThanOrEqualTo(5000);
        assertThat(log.get(1).bytesOut()).isEqualTo(100);
        assertThat(server.requests().count(S3RequestKind.GET).requests()).isEqualTo(2);

        server.requests().reset();
        assertThat(server.requests().requests()).isEmpty();
        assertThat(server.requests().counts()).isEmpty();
    }

    @Test
    void notesTheStepsOfAnUploadInParts() {
        String b = server.bucket();
        String id = client.createMultipartUpload(r -> r.bucket(b).key("big")).uploadId();
        String part = client.uploadPart(
                        r -> r.bucket(b).key("big").uploadId(id).partNumber(1),
                        RequestBody.fromBytes(new byte[6 << 20]))
                .eTag();
        client.listMultipartUploads(r -> r.bucket(b));
        client.listParts(r -> r.bucket(b).key("big").uploadId(id));
        client.completeMultipartUpload(r -> r.bucket(b)
                .key("big")
                .uploadId(id)
                .multipartUpload(m ->
                        m.parts(CompletedPart.builder().partNumber(1).eTag(part).build())));
        String other =
                client.createMultipartUpload(r -> r.bucket(b).key("other")).uploadId();
        client.abortMultipartUpload(r -> r.bucket(b).key("other").uploadId(other));

        assertThat(server.requests().requests())
                .extracting(S3Request::kind)
                .containsExactly(
                        S3RequestKind.CREATE_UPLOAD,
                        S3RequestKind.UPLOAD_PART,
                        S3RequestKind.LIST_UPLOADS,
                        S3RequestKind.LIST_PARTS,
                        S3RequestKind.COMPLETE_UPLOAD,
                        S3RequestKind.CREATE_UPLOAD,
                        S3RequestKind.ABORT_UPLOAD);
        assertThat(server.read("big")).hasSize(6 << 20);
    }

    @Test
    void refusesAWrongSecret() {
        try (S3Client stranger = S3Clients.of(server, "guessed")) {
            assertThatThrownBy(() -> stranger.listObjectsV2(r -> r.bucket(server.bucket())))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(403));
        }
        assertThat(server.requests().requests()).extracting(S3Request::status).containsExactly(403);
    }
}
