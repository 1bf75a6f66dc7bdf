// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import io.varve.server.net.RawClient;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/** What a peer sends to a listener with SASL, byte by byte; every broker answers alike. */
enum SaslCase {
    METADATA_FIRST(metadata()),
    GARBAGE_FIRST(RawClient.frame(new byte[] {0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9})),
    TOKEN_FIRST(token("alice", "a-secret", 1)),
    UNKNOWN_MECHANISM(handshake("MADE-UP", 1)),
    UNKNOWN_MECHANISM_IN_VERSION_0(handshake("MADE-UP", 0)),
    PLAIN(handshake("PLAIN", 1), token("alice", "a-secret", 1), handshake("PLAIN", 1), token("alice", "a-secret", 1)),
    PLAIN_IN_VERSION_0(handshake("PLAIN", 1), token("alice", "a-secret", 0)),
    PLAIN_IN_VERSION_2(handshake("PLAIN", 1), token("alice", "a-secret", 2)),
    PLAIN_WITHOUT_HEADERS(handshake("PLAIN", 0), RawClient.frame(plain("alice", "a-secret")), handshake("PLAIN", 0)),
    WRONG_PASSWORD(handshake("PLAIN", 1), token("alice", "guess", 1)),
    WRONG_PASSWORD_WITHOUT_HEADERS(handshake("PLAIN", 0), RawClient.frame(plain("alice", "guess"))),
    UNKNOWN_USER(handshake("PLAIN", 1), token("nobody", "guess", 1)),
    NO_USER(handshake("PLAIN", 1), token("", "guess", 1)),
    NO_PASSWORD(handshake("PLAIN", 1), token("alice", "", 1)),
    NO_TOKEN(handshake("PLAIN", 1), token(new byte[0], 1)),
    OTHER_AUTHORIZATION_ID(handshake("PLAIN", 1), token("carol\0alice\0a-secret".getBytes(StandardCharsets.UTF_8), 1)),
    FOUR_PARTS(handshake("PLAIN", 1), token("\0alice\0a-secret\0more".getBytes(StandardCharsets.UTF_8), 1)),
    DELEGATION_TOKEN(
            handshake("PLAIN", 1),
            token("alice", "a-secret", 1),
            RawClient.frame(
                    ApiKeys.CREATE_DELEGATION_TOKEN,
                    (short) 3,
                    4,
                    new CreateDelegationTokenRequestData().setMaxLifetimeMs(-1)),
            RawClient.frame(ApiKeys.RENEW_DELEGATION_TOKEN, (short) 2, 5, new RenewDelegationTokenRequestData()),
            RawClient.frame(ApiKeys.EXPIRE_DELEGATION_TOKEN, (short) 2, 6, new ExpireDelegationTokenRequestData()),
            RawClient.frame(ApiKeys.DESCRIBE_DELEGATION_TOKEN, (short) 3, 7, new DescribeDelegationTokenRequestData())),
    METADATA_INSTEAD_OF_A_TOKEN(handshake("PLAIN", 1), metadata()),
    SECOND_HANDSHAKE_INSTEAD_OF_A_TOKEN(handshake("PLAIN", 1), handshake("PLAIN", 1)),
    TOO_LARGE(ByteBuffer.allocate(4).putInt(600_000).array()),
    NO_SCRAM_MESSAGE(handshake("SCRAM-SHA-256", 1), token("n,,x".getBytes(StandardCharsets.UTF_8), 1)),
    SCRAM_WITH_UNKNOWN_EXTENSION(
            handshake("SCRAM-SHA-256", 1), token("n,,n=,r=abc,x=y".getBytes(StandardCharsets.UTF_8), 1));

    private final byte[][] frames;

    SaslCase(byte[]... frames) {
        this.frames = frames;
    }

    /** The answers, the last of which may be that the connection is closed. */
    List<String> outcome(int port) throws IOException {
        List<String> seen = new ArrayList<>();
        try (RawClient peer = new RawClient(port)) {
            boolean withHeader = true;
            for (byte[] frame : frames) {
                try {
                    peer.send(frame);
                    ByteBuffer answer = peer.receive();
                    seen.add(withHeader || isRequest(frame) ? text(frame, answer) : "token of " + answer.remaining());
                } catch (EOFException | SocketException e) {
                    seen.add("closed");
                    return seen;
                }
                withHeader = isRequest(frame) && !isHandshakeOfVersion0(frame);
            }
            seen.add(endsWithFailure(seen) ? "closed: " + peer.isClosedByServer() : "open");
        }
        return seen;
    }

    private static boolean endsWithFailure(List<String> seen) {
        return seen.get(seen.size() - 1).contains("errorCode=58")
                || seen.get(seen.size() - 1).contains("errorCode=33");
    }

    private static boolean isRequest(byte[] frame) {
        int api = ByteBuffer.wrap(frame).getShort(4);
        return ApiKeys.hasId(api);
    }

    private static boolean isHandshakeOfVersion0(byte[] frame) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        return in.getShort(4) == ApiKeys.SASL_HANDSHAKE.id && in.getShort(6) == 0;
    }

    private static String text(byte[] frame, ByteBuffer answer) {
        ByteBuffer in = ByteBuffer.wrap(frame);
        RequestHeader header = new RequestHeader(
                ApiKeys.forId(in.getShort(4)), in.getShort(6), "raw", answer.getInt(answer.position()));
        // A challenge has random bytes, and lists of mechanisms have no order.
        return AbstractResponse.parseResponse(answer, header)
                .data()
                .toString()
                .replaceAll("authBytes=\\[[^]]+]", "authBytes=[some]")
                .replaceAll("mechanisms=\\[[^]]+]", "mechanisms=[some]");
    }

    private static byte[] handshake(String mechanism, int version) {
        return RawClient.frame(
                ApiKeys.SASL_HANDSHAKE, (short) version, 1, new SaslHandshakeRequestData().setMechanism(mechanism));
    }

    private static byte[] plain(String user, String password) {
        return ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] token(String user, String password, int version) {
        return token(plain(user, password), version);
    }

    private static byte[] token(byte[] token, int version) {
        return RawClient.frame(
                ApiKeys.SASL_AUTHENTICATE, (short) version, 2, new SaslAuthenticateRequestData().setAuthBytes(token));
    }

    private static byte[] metadata() {
        return RawClient.frame(ApiKeys.METADATA, (short) 1, 3, new MetadataRequestData());
    }
}
