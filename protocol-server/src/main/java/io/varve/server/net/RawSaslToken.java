// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.varve.server.api.Request;
import io.varve.server.api.RequestExtent;
import io.varve.server.api.table.ApiTable;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.SaslAuthenticateRequest;

/**
 * Takes a token of SASL that comes without a header, as after a SaslHandshake of version 0, for a
 * SaslAuthenticate request, and encodes the answer without a header: {@code [size: 4 bytes][token]}.
 */
final class RawSaslToken extends SaslAuthenticateRequest {
    private static final short VERSION = 0;

    private RawSaslToken(byte[] token) {
        super(new SaslAuthenticateRequestData().setAuthBytes(token), VERSION);
    }

    /** @return the request of a frame that is a token */
    static NextRequest next(ByteBuffer frame) {
        ApiKeys api = ApiKeys.SASL_AUTHENTICATE;
        return new NextRequest(frame, api.id, ApiTable.policy(api), new RequestExtent(1, frame.remaining(), 0), true);
    }

    static Request parse(ByteBuffer frame, NettyConnection connection) {
        byte[] token = new byte[frame.remaining()];
        frame.get(token);
        return new Request(
                new RequestHeader(ApiKeys.SASL_AUTHENTICATE, VERSION, "", 0), new RawSaslToken(token), connection);
    }

    List<ResponsePart> encode(ByteBufAllocator allocator, ApiMessage answer) {
        byte[] token = ((SaslAuthenticateResponseData) answer).authBytes();
        ByteBuf framed = allocator.directBuffer(Integer.BYTES + token.length);
        framed.writeInt(token.length).writeBytes(token);
        return List.of(new ResponsePart(framed, null));
    }
}
