// SPDX-License-Identifier: Apache-2.0
/**
 * Serves HTTP to people and to monitoring, on listeners of its own that are off by default: reads and checks
 * requests within bounds, and has each answered by an {@link io.varve.server.http.HttpRoute}.
 */
package io.varve.server.http;
