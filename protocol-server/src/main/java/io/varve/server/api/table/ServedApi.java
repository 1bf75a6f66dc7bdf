// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ApiVersionRange;

/**
 * An API and its handler.
 *
 * @param versions the versions that are served
 * @param handler serves them
 */
public record ServedApi(ApiVersionRange versions, ApiHandler handler) {}
