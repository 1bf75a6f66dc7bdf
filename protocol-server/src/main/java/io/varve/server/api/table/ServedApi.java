// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ApiVersionRange;

/**
 * An API with what serves it.
 *
 * @param versions in which it is served
 * @param handler serves it
 */
public record ServedApi(ApiVersionRange versions, ApiHandler handler) {}
