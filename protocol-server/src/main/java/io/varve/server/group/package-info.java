// SPDX-License-Identifier: Apache-2.0
/**
 * Kafka's group coordinator hosted on our log; the only package that sees its jar.
 * {@link io.varve.server.group.Groups} is the way in. Inside, Kafka's coordinator keeps its own time and
 * threads; everything of ours takes them from the runtime.
 */
package io.varve.server.group;
