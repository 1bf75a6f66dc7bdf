// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the route of a path. Immutable. */
final class HttpRoutes {
    private final Map<String, HttpRoute> exact = new HashMap<>();
    private final List<HttpRoute> prefixes;

    /** @throws IllegalArgumentException if two routes have the same path */
    HttpRoutes(Collection<? extends HttpRoute> routes) {
        for (HttpRoute route : routes) {
            if (exact.put(route.path(), route) != null) {
                throw new IllegalArgumentException("two routes of " + route.path());
            }
        }
        prefixes = exact.values().stream()
                .filter(route -> route.path().endsWith("/") && route.path().length() > 1)
                .sorted(Comparator.comparingInt(
                        (HttpRoute route) -> -route.path().length()))
                .toList();
    }

    /** @return which threads answer a path; the event loop where there is nothing to answer */
    HttpLane lane(String path) {
        return find(path).map(HttpRoute::lane).orElse(HttpLane.LOOP);
    }

    /** @return the route of exactly that path, or the one of the longest prefix */
    Optional<HttpRoute> find(String path) {
        HttpRoute route = exact.get(path);
        if (route != null) {
            return Optional.of(route);
        }
        return prefixes.stream().filter(each -> path.startsWith(each.path())).findFirst();
    }
}
