// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.shaded.org.eclipse.jetty.server.Server;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Serves one bucket by the S3 protocol on 127.0.0.1: S3Proxy, with atomic conditional writes, a request log
 * and faults. Path-style addressing only; the region may be any. Checks signatures. Safe for any thread.
 *
 * <p>Limits that S3 does not have: keys {@code a} and {@code a/b} cannot both exist, no key may contain
 * {@code //}, and several processes on one directory are not safe for If-Match.
 */
public final class EmbeddedS3 implements AutoCloseable {
    private static final int THREADS = 64;

    private final S3Settings settings;
    private final BlobStore store;
    private final S3Proxy proxy;
    private final S3RequestLog log = new S3RequestLog();
    private final S3Faults faults;
    private final RequestGate gate = new RequestGate();

    private EmbeddedS3(S3Settings settings, BlobStore opened) {
        this.settings = settings;
        this.faults = new S3Faults(settings.seed());
        this.store = new CasBlobStore(opened);
        this.proxy = S3Proxy.builder()
                .blobStore(store)
                .endpoint(URI.create("http://127.0.0.1:" + settings.port()))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, settings.accessKey(), settings.secretKey())
                // Else the SDK's asynchronous multipart uploads are answered with 501.
                .ignoreUnknownHeaders(true)
                .jettyMaxThreads(THREADS)
                .stopTimeout(0)
                .build();
        jettyOf(proxy).insertHandler(new RequestWatch(log, faults, gate));
    }

    /**
     * Starts a server whose bucket is there.
     *
     * @throws IOException if the directory cannot be made, or the port is taken
     */
    public static EmbeddedS3 start(S3Settings settings) throws IOException {
        EmbeddedS3 server = new EmbeddedS3(settings, openStore(settings));
        try {
            server.proxy.start();
            if (!server.store.containerExists(settings.bucket())) {
                server.store.createContainer(settings.bucket());
            }
        } catch (Exception e) {
            server.close();
            throw new IOException("cannot serve S3 on port " + settings.port() + ": " + e.getMessage(), e);
        }
        return server;
    }

    /** Starts a server on a free port that keeps everything in memory. */
    public static EmbeddedS3 inMemory() throws IOException {
        return start(S3Settings.inMemory());
    }

    /** @return for example http://127.0.0.1:9000 */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + proxy.getPort());
    }

    /** @return the name of the bucket */
    public String bucket() {
        return settings.bucket();
    }

    /** @return the access key id that requests must be signed with */
    public String accessKey() {
        return settings.accessKey();
    }

    /** @return the secret that belongs to {@link #accessKey} */
    public String secretKey() {
        return settings.secretKey();
    }

    /** @return the log of all requests */
    public S3RequestLog requests() {
        return log;
    }

    /** @return the faults that requests meet; none at first */
    public S3Faults faults() {
        return faults;
    }

    /**
     * @return the keys that begin so, sorted; behind the server's back: not in the log, not struck by
     * faults
     */
    public List<String> keys(String prefix) {
        List<String> keys = new ArrayList<>();
        String token = null;
        do {
            ListObjectsV2Response page = store.list(ListObjectsV2Request.builder()
                    .bucket(bucket())
                    .prefix(prefix)
                    .continuationToken(token)
                    .build());
            page.contents().stream().map(S3Object::key).forEach(keys::add);
            token = page.nextContinuationToken();
        } while (token != null);
        return keys;
    }

    /** @return an object's bytes; behind the server's back, as {@link #keys} */
    public byte[] read(String key) {
        try (InputStream in = store.getBlob(bucket(), key)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + key, e);
        }
    }

    /** Replaces an object or makes it; behind the server's back, as {@link #keys}. */
    public void write(String key, byte[] bytes) {
        PutObjectRequest request = PutObjectRequest.builder()
                .bucket(bucket())
                .key(key)
                .contentLength((long) bytes.length)
                .build();
        store.putBlob(request, new ByteArrayInputStream(bytes));
    }

    /** Removes an object, if it is there; behind the server's back, as {@link #keys}. */
    public void remove(String key) {
        store.removeBlob(bucket(), key);
    }

    /**
     * Copies objects as they are at one moment; behind the server's back, as {@link #keys}. Requests that
     * have begun are carried out first, and answered afterwards; later ones wait.
     *
     * @param prefix of the keys to copy
     * @param other takes the prefix's place in the keys of the copies
     * @param meanwhile runs at that moment: no request is carried out or answered while it does
     */
    public void copy(String prefix, String other, Runnable meanwhile) {
        gate.whileShut(() -> {
            meanwhile.run();
            for (String key : keys(prefix)) {
                write(other + key.substring(prefix.length()), read(key));
            }
        });
    }

    @Override
    public void close() throws IOException {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IOException("cannot stop the S3 server", e);
        } finally {
            store.close();
        }
    }

    private static BlobStore openStore(S3Settings settings) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("jclouds.identity", settings.accessKey());
        properties.setProperty("jclouds.credential", settings.secretKey());
        if (settings.directory().isEmpty()) {
            return BlobStores.create("transient-nio2", properties);
        }
        Path directory = settings.directory().get();
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new IOException("cannot make the directory " + directory + " for the objects: " + e, e);
        }
        properties.setProperty("jclouds.filesystem.basedir", directory.toString());
        return BlobStores.create("filesystem-nio2", properties);
    }

    /** S3Proxy has no place for a handler of one's own, nor a request log. */
    private static Server jettyOf(S3Proxy proxy) {
        try {
            Field server = S3Proxy.class.getDeclaredField("server");
            server.setAccessible(true);
            return (Server) server.get(proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of S3Proxy does not keep its Jetty in the field 'server'", e);
        }
    }
}
