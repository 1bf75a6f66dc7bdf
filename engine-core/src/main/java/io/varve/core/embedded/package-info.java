// SPDX-License-Identifier: Apache-2.0
/**
 * The engine as a library: {@link io.varve.core.embedded.EventStore} opens a directory of streams of events,
 * {@link io.varve.core.embedded.EventSourced} keeps a state in one of them. There is neither network nor
 * server.
 */
package io.varve.core.embedded;
