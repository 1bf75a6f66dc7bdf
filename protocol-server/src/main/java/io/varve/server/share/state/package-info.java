// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps the delivery state of share groups (KIP-932): hosts Kafka's share coordinator on Varve's
 * {@code __share_group_state}. {@link io.varve.server.share.state.ShareStates} is the entry point.
 */
package io.varve.server.share.state;
