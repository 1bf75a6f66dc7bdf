// SPDX-License-Identifier: Apache-2.0
/**
 * Handles the APIs about the cluster and this broker: its versions and address, its data directories, the
 * coordinators of groups and transactions.
 */
package io.varve.server.api.cluster;
