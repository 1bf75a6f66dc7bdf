// SPDX-License-Identifier: Apache-2.0
/**
 * Tells who is connected: which clients, in which versions, and what of theirs Kafka 4 would refuse. The
 * command that asks a server for it goes over Kafka's protocol.
 */
package io.varve.server.clients;
