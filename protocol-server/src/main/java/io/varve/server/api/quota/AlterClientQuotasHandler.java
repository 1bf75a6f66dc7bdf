// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.quota;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.metadata.log.MetadataWriter;
import io.varve.server.metadata.quota.AlterClientQuotas;
import io.varve.server.quota.AddressText;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;
import org.apache.kafka.common.requests.AlterClientQuotasResponse;
import org.apache.kafka.common.requests.ApiError;

/**
 * Changes the quotas of users, clients and addresses (KIP-546, KIP-612). Names of hosts are looked up, a few
 * in one request: this may take long.
 */
public final class AlterClientQuotasHandler implements ApiHandler {
    private static final int MAX_HOST_NAMES = 10;

    private final MetadataWriter metadata;

    /** @param metadata decides the changes */
    public AlterClientQuotasHandler(MetadataWriter metadata) {
        this.metadata = metadata;
    }

    @Override
    public CompletionStage<AlterClientQuotasResponseData> handle(Request request) {
        AlterClientQuotasRequest asked = (AlterClientQuotasRequest) request.body();
        List<ClientQuotaAlteration> alterations = asked.entries();
        return metadata.submit(new AlterClientQuotas(alterations, unresolved(alterations), asked.validateOnly()))
                .thenApply(outcomes -> {
                    if (!asked.validateOnly()) {
                        ChangeLog.note(request, "changed quotas", made(alterations, outcomes));
                    }
                    return AlterClientQuotasResponse.fromQuotaEntities(outcomes, 0)
                            .data();
                });
    }

    /** @return what was changed, such as "user alice, client-id default (producer_byte_rate=1024.0)" */
    private static List<String> made(
            List<ClientQuotaAlteration> alterations, Map<ClientQuotaEntity, ApiError> outcomes) {
        return alterations.stream()
                .filter(each -> outcomes.get(each.entity()).isSuccess())
                .map(each -> name(each.entity()) + " ("
                        + ChangeLog.some(each.ops().stream()
                                .map(op -> op.key() + (op.value() == null ? " removed" : "=" + op.value()))
                                .toList())
                        + ")")
                .toList();
    }

    private static String name(ClientQuotaEntity entity) {
        return new TreeMap<>(entity.entries())
                .descendingMap().entrySet().stream()
                        .map(part -> part.getKey() + " " + (part.getValue() == null ? "default" : part.getValue()))
                        .collect(Collectors.joining(", "));
    }

    /** @return addresses that are neither an IP address nor, as far as was looked up, the name of a host */
    private static Set<String> unresolved(List<ClientQuotaAlteration> alterations) {
        Set<String> addresses = new LinkedHashSet<>();
        alterations.forEach(
                alteration -> addresses.add(alteration.entity().entries().get(ClientQuotaEntity.IP)));
        addresses.remove(null);
        int names = 0;
        for (Iterator<String> each = addresses.iterator(); each.hasNext(); ) {
            String address = each.next();
            boolean possible = AddressText.isLiteral(address) || !address.contains(":") && ++names <= MAX_HOST_NAMES;
            if (possible && isFound(address)) {
                each.remove();
            }
        }
        return addresses;
    }

    /** Asks the network only for what cannot be an address. */
    private static boolean isFound(String address) {
        try {
            InetAddress.getByName(address);
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
