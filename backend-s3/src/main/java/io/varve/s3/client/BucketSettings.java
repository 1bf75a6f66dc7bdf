// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageSetting;
import io.varve.core.spi.support.StorageProperties;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Says which bucket is used, and how. Its text never has a secret.
 *
 * @param endpoint the store's address; empty for AWS
 * @param region the region of requests' signatures, and of AWS's address
 * @param bucket the bucket's name
 * @param prefix what every key begins with; empty or ending in a slash
 * @param key the credentials; empty for the SDK's default chain
 * @param pathStyle whether the bucket's name is part of the path instead of the host name
 * @param integrity how damaged uploads are found
 * @param limits bounds of requests
 */
public record BucketSettings(
        Optional<URI> endpoint,
        String region,
        String bucket,
        String prefix,
        Optional<AccessKey> key,
        boolean pathStyle,
        UploadIntegrity integrity,
        RequestLimits limits) {
    static final String ENDPOINT = "s3.endpoint";
    static final String REGION = "s3.region";
    static final String BUCKET = "s3.bucket";
    static final String PREFIX = "s3.prefix";
    static final String KEY_ID = "s3.access.key.id";
    static final String SECRET = "s3.secret.access.key";
    static final String PATH_STYLE = "s3.path.style";
    static final String CHECKSUMS = "s3.checksums";
    static final String SIGNING = "s3.payload.signing";
    static final String REQUEST_TIMEOUT = "s3.request.timeout.ms";
    static final String ATTEMPT_TIMEOUT = "s3.attempt.timeout.ms";
    static final String CONNECT_TIMEOUT = "s3.connect.timeout.ms";
    static final String CONNECTIONS = "s3.connections";
    static final String PARTS = "s3.upload.parts.in.flight";

    private static final long HOUR = 3_600_000;

    /** Defines each key of the connection. */
    public static final List<StorageSetting> SETTINGS = List.of(
            StorageSetting.text(
                    ENDPOINT, "", "Address of the object store, for example http://127.0.0.1:9000. Empty for AWS."),
            StorageSetting.text(REGION, "us-east-1", "Region of the bucket."),
            StorageSetting.text(BUCKET, "", "Name of the bucket. It must exist."),
            StorageSetting.text(
                    PREFIX, "", "What the keys of all objects begin with, without a slash at its ends. May be empty."),
            StorageSetting.text(
                    KEY_ID, "", "Id of the access key. Empty for the AWS SDK's default chain of credentials."),
            StorageSetting.secret(SECRET, "The secret access key that belongs to s3.access.key.id."),
            StorageSetting.text(
                    PATH_STYLE,
                    "auto",
                    "Whether the bucket is named in the path of requests instead of the host name: true, false, or"
                            + " auto, which is true if s3.endpoint is set."),
            StorageSetting.text(
                    CHECKSUMS,
                    "crc32c",
                    "Checksum that the store verifies for each upload: crc32c, or md5 for stores that do not know"
                            + " S3's newer checksums."),
            StorageSetting.text(
                    SIGNING,
                    "auto",
                    "Whether signatures of requests cover the content of uploads: always, never, or auto, which signs"
                            + " it over http unless the store is on this machine. Over https TLS protects it."
                            + " Checksums are always signed."),
            StorageSetting.number(
                    REQUEST_TIMEOUT,
                    60_000,
                    100,
                    HOUR,
                    "Time in ms for a request with all its repetitions, and one second more for each 64,000 bytes of"
                            + " content. Each part of an upload is a request."),
            StorageSetting.number(
                    ATTEMPT_TIMEOUT,
                    30_000,
                    100,
                    HOUR,
                    "Time in ms for one attempt of a request, and one second more for each 64,000 bytes of content."),
            StorageSetting.number(CONNECT_TIMEOUT, 5_000, 100, HOUR, "Time in ms to connect to the object store."),
            StorageSetting.number(
                    CONNECTIONS, 48, 16, 10_000, "Connections to the object store at the same time, at most."),
            StorageSetting.number(PARTS, 4, 1, 64, "Parts of large objects that are sent at the same time, at most."));

    private static final Pattern BUCKET_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,254}");
    private static final Pattern REGION_NAME = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Pattern PREFIX_PATH =
            Pattern.compile("[A-Za-z0-9!_.*'()-]{1,200}(/[A-Za-z0-9!_.*'()-]{1,200})*");
    private static final int MAX_PREFIX = 500;

    /**
     * @param properties values of {@link #SETTINGS}
     * @throws StorageException MISUSE naming key, value and what would be right; never a secret
     */
    public static BucketSettings of(StorageProperties properties) {
        Optional<URI> endpoint = endpoint(properties.text(ENDPOINT).trim());
        return new BucketSettings(
                endpoint,
                matching(properties, REGION, REGION_NAME, "the name of a region, for example eu-central-1"),
                matching(properties, BUCKET, BUCKET_NAME, "the name of a bucket"),
                prefix(properties.text(PREFIX).trim()),
                key(properties.text(KEY_ID).trim(), properties.text(SECRET).trim()),
                pathStyle(properties.text(PATH_STYLE), endpoint.isPresent()),
                new UploadIntegrity(checksum(properties.text(CHECKSUMS)), bodies(properties.text(SIGNING), endpoint)),
                new RequestLimits(
                        properties.number(REQUEST_TIMEOUT),
                        properties.number(ATTEMPT_TIMEOUT),
                        properties.number(CONNECT_TIMEOUT),
                        (int) properties.number(CONNECTIONS),
                        (int) properties.number(PARTS)));
    }

    /**
     * @param folder a path without slashes at its ends
     * @return these settings with a prefix that ends in this folder
     */
    public BucketSettings within(String folder) {
        return new BucketSettings(endpoint, region, bucket, prefix + folder + "/", key, pathStyle, integrity, limits);
    }

    /** @return bucket and store, for messages */
    public String place() {
        return "bucket '" + bucket + "' at " + endpoint.map(URI::toString).orElse("AWS " + region);
    }

    private static Optional<URI> endpoint(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text);
            boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (web && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null) {
                return Optional.of(uri);
            }
        } catch (URISyntaxException e) {
            // falls through to the one message for every wrong address
        }
        throw StorageProperties.wrong(
                ENDPOINT,
                text.replaceAll("//[^/@]*@", "//(hidden)@"),
                "http://HOST:PORT or https://HOST:PORT, or empty for AWS");
    }

    private static String matching(StorageProperties properties, String key, Pattern pattern, String right) {
        String value = properties.text(key).trim();
        if (!pattern.matcher(value).matches()) {
            throw StorageProperties.wrong(key, value, right);
        }
        return value;
    }

    private static String prefix(String value) {
        if (value.isEmpty()) {
            return "";
        }
        if (value.length() > MAX_PREFIX || !PREFIX_PATH.matcher(value).matches()) {
            throw StorageProperties.wrong(
                    PREFIX,
                    value,
                    "words of A-Z a-z 0-9 ! _ . * ' ( ) - with single slashes between them, at most " + MAX_PREFIX
                            + " characters");
        }
        return value + "/";
    }

    private static Optional<AccessKey> key(String id, String secret) {
        if (id.isEmpty() != secret.isEmpty()) {
            throw new StorageException(
                    StorageException.Kind.MISUSE,
                    (id.isEmpty() ? KEY_ID : SECRET) + " is empty but " + (id.isEmpty() ? SECRET : KEY_ID)
                            + " is not: set both, or neither for the AWS SDK's default chain of credentials");
        }
        return id.isEmpty() ? Optional.empty() : Optional.of(new AccessKey(id, secret));
    }

    private static boolean pathStyle(String value, boolean hasEndpoint) {
        return switch (value.trim().toLowerCase(Locale.ROOT)) {
            case "auto" -> hasEndpoint;
            case "true" -> true;
            case "false" -> false;
            default -> throw StorageProperties.wrong(PATH_STYLE, value, "true, false or auto");
        };
    }

    private static UploadChecksum checksum(String value) {
        return switch (value.trim().toLowerCase(Locale.ROOT)) {
            case "crc32c" -> UploadChecksum.CRC32C;
            case "md5" -> UploadChecksum.MD5;
            default -> throw StorageProperties.wrong(CHECKSUMS, value, "crc32c or md5");
        };
    }

    private static SignedBodies bodies(String value, Optional<URI> endpoint) {
        return switch (value.trim().toLowerCase(Locale.ROOT)) {
            case "auto" -> SignedBodies.fitting(endpoint);
            case "always" -> SignedBodies.ALL;
            case "never" -> SignedBodies.SMALL;
            default -> throw StorageProperties.wrong(SIGNING, value, "always, never or auto");
        };
    }
}
