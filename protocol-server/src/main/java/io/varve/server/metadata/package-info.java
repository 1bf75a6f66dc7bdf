// SPDX-License-Identifier: Apache-2.0
/** What the cluster is: topics, ids, configurations and producer ids as events in {@code __cluster_metadata}. */
package io.varve.server.metadata;
