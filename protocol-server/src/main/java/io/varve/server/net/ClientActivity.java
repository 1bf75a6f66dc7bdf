// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.Request;
import io.varve.server.clients.ClientSoftware;
import io.varve.server.clients.ClientUse;
import io.varve.server.clients.ClientUse.Versions;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ApiVersionsRequest;

/**
 * Notes which versions a client uses, and what it says of itself. Writes memory only when something is new,
 * so that a request costs a few comparisons. Requests are noted by one thread at a time; anybody may read.
 */
final class ClientActivity {
    /** Max characters that are kept of what a client says of itself. */
    private static final int MAX_CHARACTERS = 100;

    private static final int APIS =
            1 + Arrays.stream(ApiKeys.values()).mapToInt(api -> api.id).max().orElseThrow();

    /**
     * By the key of an API: the lowest version in the lower half and the highest in the upper, each plus one.
     */
    private final AtomicIntegerArray versions = new AtomicIntegerArray(APIS);

    private volatile String clientId = "";
    private volatile ClientSoftware software = ClientSoftware.UNKNOWN;

    /** @param request a request of the client, parsed */
    void note(Request request) {
        ApiKeys api = request.api();
        int used = request.header().apiVersion() + 1;
        int before = versions.get(api.id);
        int lowest = before == 0 ? used : Math.min(lowest(before), used);
        int highest = Math.max(highest(before), used);
        int now = highest << Short.SIZE | lowest;
        if (used > 0 && now != before) { // a client may ask for the versions in a negative one
            versions.set(api.id, now);
        }
        String name = shortened(request.header().clientId());
        if (!name.equals(clientId)) {
            clientId = name;
        }
        if (api == ApiKeys.API_VERSIONS) {
            noteSoftware((ApiVersionsRequest) request.body());
        }
    }

    private void noteSoftware(ApiVersionsRequest request) {
        ApiVersionsRequestData data = request.data();
        if (!data.clientSoftwareName().isEmpty() && request.isValid()) {
            software = new ClientSoftware(data.clientSoftwareName(), data.clientSoftwareVersion());
        }
    }

    private static String shortened(String text) {
        return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
    }

    private static int lowest(int packed) {
        return packed & 0xFFFF;
    }

    private static int highest(int packed) {
        return packed >>> Short.SIZE;
    }

    /** @return the library that the client has named last */
    ClientSoftware software() {
        return software;
    }

    /**
     * @param address of the client
     * @return what was noted
     */
    ClientUse use(String address) {
        Map<ApiKeys, Versions> used = new EnumMap<>(ApiKeys.class);
        for (ApiKeys api : ApiKeys.values()) {
            int packed = versions.get(api.id);
            if (packed != 0) {
                used.put(api, new Versions((short) (lowest(packed) - 1), (short) (highest(packed) - 1)));
            }
        }
        return new ClientUse(address, clientId, software.toString(), used);
    }
}
