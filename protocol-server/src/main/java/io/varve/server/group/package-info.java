// SPDX-License-Identifier: Apache-2.0
/**
 * Hosts Kafka's group coordinator on Varve's log; the only package that depends on its jar.
 * {@link io.varve.server.group.Groups} is the entry point. Kafka's coordinator uses its own clock and
 * threads; all other classes take both from the runtime.
 */
package io.varve.server.group;
